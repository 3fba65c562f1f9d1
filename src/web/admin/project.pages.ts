/** All projects of the instance: who sees each, how many tokens it has, and whether anybody pushes to it. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { findProjectUse, type ProjectUse } from "../../access-tokens/find-project-use.ts";
import { listVisibleProjects } from "../../projects/list-projects.ts";
import type { Project } from "../../projects/project.entity.ts";
import { searchText } from "../../schemas/fields.ts";
import { moment } from "../parts/moment.ts";
import { nothing } from "../parts/nothing.ts";
import { counted } from "../parts/number.ts";
import { pageHead } from "../parts/page-head.ts";
import { pageQuery, pager } from "../parts/pager.ts";
import { searchField } from "../parts/search-field.ts";
import { type Row, table } from "../parts/table.ts";
import { toolbar } from "../parts/toolbar.ts";
import { visibilityBadge } from "../parts/visibility.ts";
import { PROJECTS_PER_PAGE, projectName } from "../project-table.ts";
import { NOTHING } from "../protocol/nothing.ts";
import { type Page, view } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { WebServices } from "../web-services.ts";
import { adminFrame } from "./admin-menu.ts";

const COLUMNS = [{ name: "Project" }, { name: "Visibility" }, { name: "Active tokens" }, { name: "Last push" }];

/** `/admin/projects`. @see docs/spec/web.md "Pages" */
export function adminProjectPages(services: WebServices, links: PageLinks): Page[] {
  return [
    view({
      path: "/admin/projects",
      access: "administrator",
      params: NOTHING,
      query: pageQuery.extend({ search: searchText(255).default("") }),
      async show({ visitor: { principal: caller }, query: { page, search } }) {
        const filter = { search: search === "" ? undefined : search, orderBy: "path", direction: "asc" } as const;
        const bounds = { limit: PROJECTS_PER_PAGE, offset: (page - 1) * PROJECTS_PER_PAGE };
        const [projects, total] = await listVisibleProjects(services.database.em(), caller, filter, bounds);
        const uses = await findProjectUse(
          services,
          projects.map(({ id }) => id),
        );
        const now = services.clock.now();
        const rows = projects.map((project) => projectRow(links, project, uses.get(project.id), now));
        return {
          title: "Projects",
          ...adminFrame(links, "projects", { name: "Projects" }),
          main: html`${pageHead("Projects", "Every project of the instance, by its path.")}
${toolbar(searchField({ action: links.adminLinks.projects(), label: "Search projects", placeholder: "Name, path or description", value: search }))}
${rows.length === 0 ? nothingFound(search) : table("Projects", COLUMNS, rows)}
${pager({ page, perPage: PROJECTS_PER_PAGE, total, at: (to) => links.adminLinks.projects({ search, page: to }) })}`,
        };
      },
    }),
  ];
}

function nothingFound(search: string): SafeHtml {
  const text =
    search === ""
      ? "No projects."
      : html`No project has <strong><bdi>${search}</bdi></strong> in its name, its path or its description.`;
  return nothing(text);
}

function projectRow(links: PageLinks, project: Project, use: ProjectUse | undefined, now: Date): Row {
  const href = links.accessTokens(project.fullPath.path).list();
  return [
    projectName(project, links),
    visibilityBadge(project.visibility),
    html`<a class="num" href="${href}">${counted(use?.tokens ?? 0, "token")}<span class="vh"> of <bdi>${project.fullPath.path}</bdi></span></a>`,
    use?.lastPushAt === undefined ? html`<span class="muted">none known</span>` : moment(use.lastPushAt, now),
  ];
}
