/** The start page: what needs attention, one's own projects, and what one did last. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { findAttention } from "../access-tokens/find-attention.ts";
import { listEvents } from "../events/list-events.ts";
import { ACCESS_LEVELS, nameOfLevel } from "../principals/access-level.ts";
import { isAdministrator } from "../principals/principal.ts";
import { findLevels } from "../projects/find-levels.ts";
import { listVisibleProjects } from "../projects/list-projects.ts";
import type { Project } from "../projects/project.entity.ts";
import { expiryWarnings } from "../signing/expiry-warnings.ts";
import { checksWarning } from "./admin/checks-warning.ts";
import { findPushedTo } from "./find-pushed-to.ts";
import { attention } from "./home/attention.ts";
import { emptyState } from "./parts/empty-state.ts";
import { eventTable } from "./parts/event-table.ts";
import { icon } from "./parts/icon.ts";
import { pageHead } from "./parts/page-head.ts";
import { pageQuery, pager } from "./parts/pager.ts";
import { table } from "./parts/table.ts";
import { visibilityBadge } from "./parts/visibility.ts";
import { PROJECTS_PER_PAGE, projectName } from "./project-table.ts";
import { NOTHING } from "./protocol/nothing.ts";
import { type Page, view } from "./protocol/page.ts";
import type { PageLinks } from "./protocol/page-links.ts";
import type { WebServices } from "./web-services.ts";

/** How many of the last events are listed. */
const EVENTS = 10;

const ABOUT = "A project is a place for images, with its own members and access tokens.";

/** `/`. @see docs/spec/web.md "Pages" */
export function homePages(services: WebServices, links: PageLinks): Page[] {
  const { database, clock, signingKeys, registryChecks } = services;
  return [
    view({
      path: "/",
      access: "signed_in",
      params: NOTHING,
      query: pageQuery,
      async show({ visitor: { principal: caller }, query: { page } }) {
        const em = database.em();
        const now = clock.now();
        const [projects, total] = await listVisibleProjects(
          em,
          caller,
          { minimumAccessLevel: ACCESS_LEVELS.guest, orderBy: "path", direction: "asc" },
          { limit: PROJECTS_PER_PAGE, offset: (page - 1) * PROJECTS_PER_PAGE },
        );
        const levelIn = await findLevels(
          em,
          caller,
          projects.map(({ id }) => id),
        );
        const [tokens, count] = await findAttention(services, caller);
        const isAdmin = isAdministrator(caller);
        const keys = isAdmin ? expiryWarnings(signingKeys, now) : [];
        const checks = isAdmin ? checksWarning(await registryChecks.read(), now, links) : null;
        const { events } = await listEvents(
          em,
          { authorId: caller.userId },
          { sort: "desc" },
          { limit: EVENTS, offset: 0 },
        );
        const pushedTo = await findPushedTo(em, caller, events);
        const add = html`<div class="acts"><a class="btn" href="${links.newGroup()}">New group</a><a class="btn primary" href="${links.newProject()}">${icon("plus")}New project</a></div>`;
        return {
          title: "Your projects",
          main: html`${pageHead("Your projects", ABOUT, total === 0 ? undefined : add)}
${attention({ tokens, projects: count, keys, checks, now }, links)}
${total === 0 ? noProjects(links) : html`<h2>Projects</h2>${projectTable(projects, levelIn, services.links.image, links)}`}
${pager({ page, perPage: PROJECTS_PER_PAGE, total, at: (to) => links.home({ page: to }) })}
${events.length === 0 ? null : html`<h2>What you did last</h2>${eventTable("What you did last", events, now, { pushedTo })}`}`,
        };
      },
    }),
  ];
}

function noProjects(links: PageLinks): SafeHtml {
  const text =
    "You are a member of none yet. Make one of your own, or ask somebody who is an Owner of one to add you. Public projects are under Explore.";
  const act = html`<div class="acts"><a class="btn primary" href="${links.newProject()}">${icon("plus")}New project</a><a class="btn" href="${links.explore()}">Explore</a></div>`;
  return emptyState({ icon: "project", title: "No projects yet", text, act });
}

function projectTable(
  projects: readonly Project[],
  levelIn: (projectId: number) => number,
  image: (path: string) => string,
  links: PageLinks,
): SafeHtml {
  const rows = projects.map((project) => {
    const { id, name, fullPath, visibility } = project;
    const level = levelIn(id);
    const tokens = html`<a class="btn" href="${links.accessTokens(fullPath.path).list()}">Access tokens<span class="vh"> of <bdi>${name}</bdi></span></a>`;
    return [
      projectName(project, links),
      html`<code>${image(fullPath.path)}</code>`,
      visibilityBadge(visibility),
      nameOfLevel(level),
      level >= ACCESS_LEVELS.maintainer ? tokens : null,
    ];
  });
  return table(
    "Your projects",
    [
      { name: "Project" },
      { name: "Images begin with", isWide: true },
      { name: "Visibility" },
      { name: "Your role" },
      { name: "Actions", isActs: true },
    ],
    rows,
  );
}
