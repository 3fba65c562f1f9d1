/** The start page: one's own projects. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import { listVisibleProjects } from "../projects/list-projects.ts";
import type { Project } from "../projects/project.entity.ts";
import { emptyState } from "./parts/empty-state.ts";
import { pageHead } from "./parts/page-head.ts";
import { pageQuery, pager } from "./parts/pager.ts";
import { table } from "./parts/table.ts";
import { visibilityBadge } from "./parts/visibility.ts";
import { NOTHING } from "./protocol/nothing.ts";
import { type Page, view } from "./protocol/page.ts";
import type { PageLinks } from "./protocol/page-links.ts";
import type { WebServices } from "./web-services.ts";

const PER_PAGE = 50;

/** `/`. @see docs/spec/web.md "Pages" */
export function homePages({ database, links: { image } }: WebServices, links: PageLinks): Page[] {
  return [
    view({
      path: "/",
      access: "signed_in",
      params: NOTHING,
      query: pageQuery,
      async show({ visitor, query: { page } }) {
        const [projects, total] = await listVisibleProjects(
          database.em(),
          visitor.principal,
          { minimumAccessLevel: ACCESS_LEVELS.guest, orderBy: "path", direction: "asc" },
          { limit: PER_PAGE, offset: (page - 1) * PER_PAGE },
        );
        return {
          title: "Your projects",
          main: html`${pageHead("Your projects", "A project is a place for images, with its own members and access tokens.")}
${total === 0 ? noProjects() : projectTable(projects, image)}
${pager({ page, perPage: PER_PAGE, total, at: (to) => links.at(`/?page=${to}`) })}`,
        };
      },
    }),
  ];
}

function noProjects(): SafeHtml {
  const text = html`You are a member of none yet. Somebody who is an Owner can add you, and <code>keyside project create</code> makes one of your own.`;
  return emptyState({ icon: "project", title: "No projects yet", text });
}

function projectTable(projects: readonly Project[], image: (path: string) => string): SafeHtml {
  const rows = projects.map(({ name, fullPath: { path }, visibility }) => [
    html`<span class="name"><bdi>${name}</bdi></span><p class="sub"><bdi>${path}</bdi></p>`,
    visibilityBadge(visibility),
    html`<code>${image(path)}</code>`,
  ]);
  return table(
    "Your projects",
    [{ name: "Project" }, { name: "Visibility" }, { name: "Images begin with", isWide: true }],
    rows,
  );
}
