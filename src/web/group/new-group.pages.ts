/** The form of a new group. */
import { html } from "@remix-run/html-template";
import { z } from "zod";
import { createGroup } from "../../groups/create-group.ts";
import { isAdministrator } from "../../principals/principal.ts";
import { createGroupBody } from "../../schemas/group-body.ts";
import { groupChoices } from "../group-choices.ts";
import { emptyState } from "../parts/empty-state.ts";
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
import type { WebServices } from "../web-services.ts";

const LABELS = { parent_id: "Where", name: "Name", path: "Path", description: "Description" };

/** `/groups/new`. @see docs/spec/web.md "Pages" */
export function newGroupPages(services: WebServices, links: PageLinks): Page[] {
  return [
    view({
      path: "/groups/new",
      access: "signed_in",
      params: NOTHING,
      query: z.object({ parent_id: z.string().max(20).default("") }),
      async show({ visitor, query: { parent_id } }) {
        return await formPage(services, links, visitor, new FormState({ parent_id }));
      },
    }),
    action({
      path: "/groups/new",
      access: "signed_in",
      params: NOTHING,
      query: NOTHING,
      form: filled(createGroupBody),
      async act({ visitor, form }) {
        const { namespace, wasDeleted } = await createGroup(services, {
          caller: visitor.principal,
          name: form.name,
          path: form.path,
          parentId: form.parent_id ?? null,
          description: form.description ?? null,
        });
        const notice = wasDeleted ? "group_created_over_another" : "group_created";
        return { redirect: links.group(namespace.fullPath.path), notice };
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
  const mayAtTop = services.topLevelGroups === "everyone" || isAdministrator(caller);
  const top = mayAtTop ? [{ value: "", words: "At the top" }] : [];
  const choices = [...top, ...(await groupChoices(services, caller, form.value("parent_id")))];
  const fields = html`${errorSummary(form, LABELS)}
<form class="card form" method="post" action="${links.newGroup()}">
${selectField(form, { name: "parent_id", label: LABELS.parent_id, choices, hint: mayAtTop ? "At the top, or in a group where you are Maintainer or above." : "A group where you are Maintainer or above. At the top, administrators alone make groups." })}
<div class="two">
${textField(form, { name: "name", label: LABELS.name, maximumLength: 255 })}
${textField(form, { name: "path", label: LABELS.path, maximumLength: 100, isMono: true, hint: "The names of all images below it begin with it, so it never changes." })}
</div>
${textareaField(form, { name: "description", label: LABELS.description, rows: 3, maximumLength: 2000, isOptional: true })}
<div><button class="btn primary" type="submit">Create group</button></div>
</form>`;
  const none = emptyState({
    icon: "group",
    title: "There is no place where you may make one",
    text: "On this instance administrators alone make groups at the top. In a group, its Maintainers and Owners do.",
  });
  return {
    title: "New group",
    crumbs: [{ name: "New group" }],
    main: html`${pageHead("New group", "A place for projects and for other groups. Its members are members of all that lies in it.")}
${choices.length === 0 ? none : fields}`,
  };
}
