/** The list of feature flags: what holds for the instance, and which projects differ. */
import { html } from "@remix-run/html-template";
import { FEATURE_NAMES, FEATURES, type Feature } from "../../feature-flags/feature.ts";
import type { ReviewedFeatureFlags } from "../../feature-flags/review-feature-flags.ts";
import { badge } from "../parts/badge.ts";
import { nothing } from "../parts/nothing.ts";
import { pageHead } from "../parts/page-head.ts";
import { pager } from "../parts/pager.ts";
import { sectionHead } from "../parts/section-head.ts";
import { table } from "../parts/table.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import { adminFrame } from "./admin-menu.ts";

/** How many settings of projects a page lists. */
export const FLAGS_PER_PAGE = 50;

const state = (isOn: boolean) => (isOn ? badge("on", "ok") : badge("off"));

/** The page. `page`: of the settings of projects. */
export function featureFlagListPage(
  links: PageLinks,
  { onForInstance, ofProjects, total }: ReviewedFeatureFlags,
  page: number,
): ShownPage {
  const flags = FEATURE_NAMES.map((feature) => [
    html`<code class="name">${feature}</code><p class="sub">${FEATURES[feature]}</p>`,
    state(onForInstance.has(feature)),
    html`<a class="btn" href="${links.adminLinks.instanceFlag(feature)}">Set<span class="vh"> ${feature} for the instance</span></a><a class="btn" href="${links.adminLinks.projectFlag(feature)}">Set for a project<span class="vh"> ${feature}</span></a>`,
  ]);
  const settings = ofProjects.flatMap(({ name, project, enabled }) => {
    const path = project?.unwrap().fullPath.path;
    if (path === undefined) return [];
    const href = links.adminLinks.projectFlag(name as Feature, { project: path });
    return [
      [
        html`<span class="name"><bdi>${path}</bdi></span>`,
        html`<code>${name}</code>`,
        state(enabled),
        html`<a class="btn" href="${href}">Change<span class="vh"> ${name} for <bdi>${path}</bdi></span></a>`,
      ],
    ];
  });
  return {
    title: "Feature flags",
    ...adminFrame(links, "feature_flags", { name: "Feature flags" }),
    main: html`${pageHead("Feature flags", "What is on for the instance holds for every project that has no setting of its own.")}
${table("Feature flags", [{ name: "Flag" }, { name: "Instance" }, { name: "Actions", isActs: true }], flags)}
<section aria-labelledby="own">${sectionHead("own", "Projects with a setting of their own")}</section>
${
  settings.length === 0
    ? nothing(page === 1 ? "All projects have what the instance has." : "There are no more.")
    : table(
        "Settings of projects",
        [{ name: "Project" }, { name: "Flag" }, { name: "Setting" }, { name: "Actions", isActs: true }],
        settings,
      )
}
${pager({ page, perPage: FLAGS_PER_PAGE, total, at: (to) => links.adminLinks.featureFlags({ page: to }) })}`,
  };
}
