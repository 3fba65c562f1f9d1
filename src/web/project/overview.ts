/** The overview of a project: where its images lie, who sees it, and how it is used. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { findFirstSteps } from "../../access-tokens/find-first-steps.ts";
import { daysBetween } from "../../clock.ts";
import { ACCESS_LEVELS, NO_ACCESS, nameOfLevel } from "../../principals/access-level.ts";
import { listPushes, type ReportedPush } from "../../projects/list-pushes.ts";
import { listRegistryActivity, type RegistryActivity } from "../../projects/list-registry-activity.ts";
import { decidePeriod, type Period } from "../../projects/period.ts";
import { firstSteps } from "../access-tokens/first-steps.ts";
import { imageName, person } from "../access-tokens/token-words.ts";
import { pullsAndPushes } from "../images/pulls-and-pushes.ts";
import { badge } from "../parts/badge.ts";
import { copyButton } from "../parts/copy-button.ts";
import { moment } from "../parts/moment.ts";
import { pageHead } from "../parts/page-head.ts";
import { sectionHead } from "../parts/section-head.ts";
import { table } from "../parts/table.ts";
import { visibilityBadge } from "../parts/visibility.ts";
import { type OpenedProject, projectFrame } from "../project-page.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { ImageLinks, PageLinks } from "../protocol/page-links.ts";
import type { WebServices } from "../web-services.ts";
import { firstPush } from "./first-push.ts";
import { registryOff } from "./registry-off.ts";

/** How many of the last pushes are listed. */
const PUSHES = 10;

/** What registries reported, for those who may pull. */
interface Use {
  readonly period: Period;
  readonly days: readonly RegistryActivity[];
  readonly pushes: readonly ReportedPush[];
}

/** The page. What was pushed and pulled is for those who may pull; who it was, for Reporters. @see docs/spec/web.md "Pages" */
export async function projectOverview(
  services: WebServices,
  links: PageLinks,
  opened: OpenedProject,
): Promise<ShownPage> {
  const { project, accessLevel, allowed, now } = opened;
  const { id, name, description } = project;
  const { path } = project.fullPath;
  const em = services.database.em();
  const prefix = services.links.image(path);
  const steps = await findFirstSteps(em, id, now);
  const use = allowed.includes("pull") ? await findUse(services, id, now) : undefined;
  const image = { registry: services.links.registry, prefix };
  const isManager = accessLevel >= ACCESS_LEVELS.maintainer;
  const about = description == null || description === "" ? undefined : html`<bdi>${description}</bdi>`;
  return {
    title: path,
    ...projectFrame(opened, links, "overview"),
    main: html`${pageHead(name, about, html`<div class="acts">${visibilityBadge(project.visibility)}${accessLevel === NO_ACCESS ? null : badge(`you are ${nameOfLevel(accessLevel)}`)}</div>`)}
${images(opened, prefix)}
${isManager ? firstSteps(steps, prefix) : null}
${steps.hasPushed || !project.containerRegistryEnabled ? null : firstPush(image, allowed.includes("push"))}
${use === undefined || !steps.hasPushed ? null : useOf(use, opened, links.images(path))}`,
  };
}

async function findUse({ database }: WebServices, projectId: number, now: Date): Promise<Use> {
  const period = decidePeriod({}, now);
  const em = database.em();
  const limit = daysBetween(period.from, period.to) + 1;
  const [days] = await listRegistryActivity(em, { projectId, period, by: "day" }, { limit, offset: 0 });
  return { period, days, pushes: await listPushes(em, projectId, PUSHES) };
}

function images({ project }: OpenedProject, prefix: string): SafeHtml {
  if (!project.containerRegistryEnabled) return registryOff();
  return html`<section class="card pad" aria-label="Its images"><div><p class="lbl" id="prefix-label">Images begin with</p><div class="code"><pre id="image-prefix" tabindex="0" role="group" aria-labelledby="prefix-label" translate="no">${prefix}</pre>${copyButton({ from: "image-prefix", object: "the beginning of the names of its images", kind: "quiet" })}</div></div></section>`;
}

function useOf({ period, days, pushes }: Use, opened: OpenedProject, links: ImageLinks): SafeHtml {
  const ofDays = days.flatMap((each) => ("day" in each ? [each] : []));
  return html`<section class="card pad" aria-labelledby="use">${sectionHead("use", "Last 30 days", "As registries report it, in days of UTC.")}
${pullsAndPushes(period, ofDays)}</section>
${pushes.length === 0 ? null : html`<h2>Last pushes</h2>${pushTable(pushes, opened, links)}`}`;
}

function pushTable(pushes: readonly ReportedPush[], { project, accessLevel, now }: OpenedProject, links: ImageLinks) {
  const { path } = project.fullPath;
  const tellsWho = accessLevel >= ACCESS_LEVELS.reporter;
  const nameOf = (push: ReportedPush) => {
    const name = html`<bdi>${imageName(push, path)}</bdi>`;
    return push.tag === null
      ? html`<span class="name">${name}</span>`
      : html`<a class="name" href="${links.tag(push.repository, push.tag)}">${name}</a>`;
  };
  const who = ({ by }: ReportedPush) => (by === null ? html`<span class="muted">not reported</span>` : person(by));
  const rows = pushes.map((push) => [nameOf(push), ...(tellsWho ? [who(push)] : []), moment(push.at, now)]);
  const columns = [{ name: "Image", isWide: true }, ...(tellsWho ? [{ name: "By" }] : []), { name: "When" }];
  return table("Last pushes", columns, rows);
}
