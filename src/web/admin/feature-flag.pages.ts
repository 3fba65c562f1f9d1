/** Which features are on: for the instance, and for projects that have a setting of their own. */
import { z } from "zod";
import { NotFoundError, ValidationError } from "../../errors.ts";
import { clearProjectFlag } from "../../feature-flags/clear-project-flag.ts";
import { FEATURE_NAMES } from "../../feature-flags/feature.ts";
import { reviewFeatureFlags } from "../../feature-flags/review-feature-flags.ts";
import { setFeatureFlag } from "../../feature-flags/set-feature-flag.ts";
import { resourceId } from "../../schemas/fields.ts";
import { pageQuery } from "../parts/pager.ts";
import { FormState } from "../protocol/form-state.ts";
import { NOTHING } from "../protocol/nothing.ts";
import { action, type Page, view } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { WebServices } from "../web-services.ts";
import { instanceFlagPage, projectFlagPage } from "./feature-flag-form.ts";
import { FLAGS_PER_PAGE, featureFlagListPage } from "./feature-flag-list-page.ts";

const featureParams = z.object({ feature: z.enum(FEATURE_NAMES) });

/** Fills the form. */
const projectQuery = z.object({ project: z.string().max(1000).default("") });

const instanceForm = z.object({ setting: z.enum(["on", "off"]) });
const projectForm = z.object({ project: resourceId, setting: z.enum(["on", "off", "instance"]) });

/** `/admin/feature_flags` and what is below it. @see docs/spec/web.md "Pages" */
export function featureFlagPages(services: WebServices, links: PageLinks): Page[] {
  const { database } = services;
  const ofInstance = {
    path: "/admin/feature_flags/:feature/instance",
    access: "administrator",
    params: featureParams,
    query: NOTHING,
  } as const;
  const ofProject = {
    access: "administrator",
    params: featureParams,
    path: "/admin/feature_flags/:feature/project",
  } as const;
  return [
    view({
      path: "/admin/feature_flags",
      access: "administrator",
      params: NOTHING,
      query: pageQuery,
      async show({ visitor: { principal: caller }, query: { page } }) {
        const bounds = { limit: FLAGS_PER_PAGE, offset: (page - 1) * FLAGS_PER_PAGE };
        return featureFlagListPage(links, await reviewFeatureFlags(database.em(), caller, bounds), page);
      },
    }),
    view({
      ...ofInstance,
      async show({ visitor: { principal: caller }, params: { feature }, needsPassword }) {
        const { onForInstance } = await reviewFeatureFlags(database.em(), caller, { limit: 1, offset: 0 });
        const form = new FormState({ setting: onForInstance.has(feature) ? "on" : "off" });
        return instanceFlagPage(links, feature, { form, needsPassword });
      },
    }),
    action({
      ...ofInstance,
      form: instanceForm,
      confirms: true,
      async act({ visitor: { principal: caller }, params: { feature }, form: { setting } }) {
        await setFeatureFlag(services, { caller, feature, project: null, enabled: setting === "on" });
        return { redirect: links.adminLinks.featureFlags(), notice: "feature_flag_set" };
      },
      again: async ({ params: { feature }, needsPassword }, form) =>
        instanceFlagPage(links, feature, { form, needsPassword }),
    }),
    view({
      ...ofProject,
      query: projectQuery,
      show: async ({ params: { feature }, query: { project }, needsPassword }) =>
        projectFlagPage(links, feature, { form: new FormState({ project }), needsPassword }),
    }),
    action({
      ...ofProject,
      query: NOTHING,
      form: projectForm,
      confirms: true,
      async act({ visitor: { principal: caller }, params: { feature }, form: { project, setting } }) {
        const of = { caller, feature, project };
        const set =
          setting === "instance"
            ? clearProjectFlag(services, of)
            : setFeatureFlag(services, { ...of, enabled: setting === "on" });
        await set.catch(rejectProject);
        return { redirect: links.adminLinks.featureFlags(), notice: "feature_flag_set" };
      },
      again: async ({ params: { feature }, needsPassword }, form) =>
        projectFlagPage(links, feature, { form, needsPassword }),
    }),
  ];
}

/** What is not found is what was typed, not the page. */
function rejectProject(error: unknown): never {
  if (!(error instanceof NotFoundError)) throw error;
  throw new ValidationError([{ field: "project", message: "is not the path of a project" }], { cause: error });
}
