/** The general settings of a project, and its end. */
import { z } from "zod";
import { ValidationError } from "../../errors.ts";
import { ACCESS_LEVELS } from "../../principals/access-level.ts";
import { deleteProject } from "../../projects/delete-project.ts";
import { updateProject } from "../../projects/update-project.ts";
import { updateProjectBody } from "../../schemas/project-body.ts";
import { openProject, projectFrame, projectParams } from "../project-page.ts";
import { FormState } from "../protocol/form-state.ts";
import { NOTHING } from "../protocol/nothing.ts";
import { action, type Page, type ShownPage, view } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { SignedInVisitor } from "../protocol/visitor.ts";
import type { WebServices } from "../web-services.ts";
import { deletePage } from "./delete-page.ts";
import { type SentForms, settingsPage } from "./settings-page.ts";

const { shape } = updateProjectBody;

/** The fields of a form are all there: an empty description is none. */
const generalForm = z.object({
  name: shape.name.unwrap(),
  description: shape.description
    .unwrap()
    .unwrap()
    .transform((text) => (text === "" ? null : text)),
  container_registry_access_level: shape.container_registry_access_level.unwrap(),
});

const visibilityForm = z.object({ visibility: shape.visibility.unwrap() });

/** `/:project/-/settings` and what is below it. @see docs/spec/web.md "Pages" */
export function projectSettingsPages(services: WebServices, links: PageLinks): Page[] {
  const base = "/*project/-/settings";
  const { owner, maintainer } = ACCESS_LEVELS;
  const open = ({ principal }: SignedInVisitor, params: z.output<typeof projectParams>, level: number) =>
    openProject(services, principal, params.project, level);
  const show = async (
    visitor: SignedInVisitor,
    params: z.output<typeof projectParams>,
    needsPassword: boolean,
    sent: SentForms = {},
  ): Promise<ShownPage> => {
    const opened = await open(visitor, params, maintainer);
    return {
      title: `Settings · ${opened.project.fullPath.path}`,
      ...projectFrame(opened, links, "settings", { name: "Settings" }),
      main: settingsPage(opened, links, sent, needsPassword),
    };
  };
  const showDeletion = async (
    visitor: SignedInVisitor,
    params: z.output<typeof projectParams>,
    { form, needsPassword }: { form: FormState; needsPassword: boolean },
  ): Promise<ShownPage> => {
    const opened = await open(visitor, params, owner);
    const settings = { name: "Settings", href: links.projectSettings(opened.project.fullPath.path).general() };
    return {
      title: `Delete ${opened.project.fullPath.path}`,
      ...projectFrame(opened, links, "settings", settings, { name: "Delete" }),
      main: deletePage(opened.project, links, { form, needsPassword }),
    };
  };
  return [
    view({
      path: base,
      access: "signed_in",
      params: projectParams,
      query: NOTHING,
      async show({ visitor, params, needsPassword }) {
        return await show(visitor, params, needsPassword);
      },
    }),
    action({
      path: base,
      access: "signed_in",
      params: projectParams,
      query: NOTHING,
      form: generalForm,
      async act({ visitor, params, form }) {
        const { name, description } = form;
        const containerRegistryEnabled = form.container_registry_access_level === "enabled";
        const project = await updateProject(services, {
          caller: visitor.principal,
          project: params.project,
          changes: { name, description, containerRegistryEnabled },
        });
        return { redirect: links.projectSettings(project.fullPath.path).general(), notice: "project_saved" };
      },
      async again({ visitor, params, needsPassword }, form) {
        return await show(visitor, params, needsPassword, { general: form });
      },
    }),
    action({
      path: `${base}/visibility`,
      access: "signed_in",
      params: projectParams,
      query: NOTHING,
      form: visibilityForm,
      confirms: true,
      async act({ visitor, params, form: { visibility } }) {
        const caller = visitor.principal;
        const project = await updateProject(services, { caller, project: params.project, changes: { visibility } });
        return { redirect: links.projectSettings(project.fullPath.path).general(), notice: "visibility_changed" };
      },
      async again({ visitor, params, needsPassword }, form) {
        return await show(visitor, params, needsPassword, { visibility: form });
      },
    }),
    view({
      path: `${base}/delete`,
      access: "signed_in",
      params: projectParams,
      query: NOTHING,
      async show({ visitor, params, needsPassword }) {
        return await showDeletion(visitor, params, { form: new FormState(), needsPassword });
      },
    }),
    action({
      path: `${base}/delete`,
      access: "signed_in",
      params: projectParams,
      query: NOTHING,
      form: z.object({ path: z.string().max(3000) }),
      confirms: true,
      async act({ visitor, params, form }) {
        const { project } = await open(visitor, params, owner);
        const { path } = project.fullPath;
        if (form.path.trim() !== path) {
          throw new ValidationError([{ field: "path", message: `has to be ${path}, to the letter` }]);
        }
        await deleteProject(services, { caller: visitor.principal, project: project.id });
        return { redirect: links.home(), notice: "project_deleted" };
      },
      async again({ visitor, params, needsPassword }, form) {
        return await showDeletion(visitor, params, { form, needsPassword });
      },
    }),
  ];
}
