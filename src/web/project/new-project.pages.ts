/** The form of a new project. */
import { html } from "@remix-run/html-template";
import { z } from "zod";
import { createProject } from "../../projects/create-project.ts";
import { createProjectBody } from "../../schemas/project-body.ts";
import { groupChoices } from "../group-choices.ts";
import { chips } from "../parts/chips.ts";
import { errorSummary } from "../parts/error-summary.ts";
import { textField } from "../parts/field.ts";
import { pageHead } from "../parts/page-head.ts";
import { selectField } from "../parts/select-field.ts";
import { textareaField } from "../parts/textarea-field.ts";
import { filled } from "../protocol/filled.ts";
import { FormState } from "../protocol/form-state.ts";
import { NOTHING } from "../protocol/nothing.ts";
import { action, type Page, type ShownPage, view } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { SignedInVisitor } from "../protocol/visitor.ts";
import { VISIBILITY_CHOICES, VISIBILITY_HINT } from "../visibility-words.ts";
import type { WebServices } from "../web-services.ts";

const LABELS = {
  namespace_id: "Where",
  name: "Name",
  path: "Path",
  description: "Description",
  visibility: "Visibility",
};

/** `/projects/new`. @see docs/spec/web.md "Pages" */
export function newProjectPages(services: WebServices, links: PageLinks): Page[] {
  return [
    view({
      path: "/projects/new",
      access: "signed_in",
      params: NOTHING,
      query: z.object({ namespace_id: z.string().max(20).default("") }),
      async show({ visitor, query: { namespace_id } }) {
        return await formPage(services, links, visitor, new FormState({ namespace_id, visibility: "private" }));
      },
    }),
    action({
      path: "/projects/new",
      access: "signed_in",
      params: NOTHING,
      query: NOTHING,
      form: filled(createProjectBody),
      async act({ visitor, form }) {
        const { project, wasDeleted } = await createProject(services, {
          caller: visitor.principal,
          namespaceId: form.namespace_id ?? null,
          path: form.path,
          name: form.name,
          description: form.description ?? null,
          visibility: form.visibility,
          containerRegistryEnabled: true,
        });
        const notice = wasDeleted ? "project_created_over_another" : "project_created";
        return { redirect: links.place(project.fullPath.path), notice };
      },
      async again({ visitor }, form) {
        return await formPage(services, links, visitor, form);
      },
    }),
  ];
}

async function formPage(
  services: WebServices,
  links: PageLinks,
  { principal: caller }: SignedInVisitor,
  form: FormState,
): Promise<ShownPage> {
  const own = { value: "", words: `${caller.username} (your own)` };
  const choices = [own, ...(await groupChoices(services, caller, form.value("namespace_id")))];
  return {
    title: "New project",
    crumbs: [{ name: "New project" }],
    main: html`${pageHead("New project", "A place for images, with its own members and access tokens.")}
${errorSummary(form, LABELS)}
<form class="card form" method="post" action="${links.newProject()}">
${selectField(form, { name: "namespace_id", label: LABELS.namespace_id, choices, hint: "Your own place, or a group where you are Maintainer or above." })}
<div class="two">
${textField(form, { name: "name", label: LABELS.name, maximumLength: 255 })}
${textField(form, { name: "path", label: LABELS.path, maximumLength: 100, isOptional: true, isMono: true, hint: "The last part of its images' names. Made from the name where there is none, and never changed." })}
</div>
${textareaField(form, { name: "description", label: LABELS.description, rows: 3, maximumLength: 2000, isOptional: true })}
${chips(form, { name: "visibility", label: LABELS.visibility, kind: "radio", choices: VISIBILITY_CHOICES, hint: VISIBILITY_HINT })}
<div><button class="btn primary" type="submit">Create project</button></div>
</form>`,
  };
}
