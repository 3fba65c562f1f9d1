/** All projects that one sees: the public ones, for whoever is not signed in. */
import { html } from "@remix-run/html-template";
import { listVisibleProjects } from "../projects/list-projects.ts";
import { searchText } from "../schemas/fields.ts";
import { emptyState } from "./parts/empty-state.ts";
import { pageHead } from "./parts/page-head.ts";
import { pageQuery, pager } from "./parts/pager.ts";
import { searchField } from "./parts/search-field.ts";
import { toolbar } from "./parts/toolbar.ts";
import { PROJECTS_PER_PAGE, projectTable } from "./project-table.ts";
import { NOTHING } from "./protocol/nothing.ts";
import { type Page, view } from "./protocol/page.ts";
import type { PageLinks } from "./protocol/page-links.ts";
import type { WebServices } from "./web-services.ts";

/** `/explore`. @see docs/spec/web.md "Pages" */
export function explorePages({ database }: WebServices, links: PageLinks): Page[] {
  return [
    view({
      path: "/explore",
      access: "everyone",
      params: NOTHING,
      query: pageQuery.extend({ search: searchText(255).default("") }),
      async show({ visitor, query: { page, search } }) {
        const [projects, total] = await listVisibleProjects(
          database.em(),
          visitor.principal,
          { search: search === "" ? undefined : search, orderBy: "path", direction: "asc" },
          { limit: PROJECTS_PER_PAGE, offset: (page - 1) * PROJECTS_PER_PAGE },
        );
        const isAnonymous = visitor.kind === "anonymous";
        const title = isAnonymous ? "Public projects" : "All projects";
        const about = isAnonymous
          ? "Everybody can pull their images. Sign in to see more."
          : "Those that you see: your own, and those that are internal or public.";
        const none =
          search === ""
            ? emptyState({ icon: "project", title: "No projects here", text: "There is none that you may see." })
            : emptyState({
                icon: "search",
                title: "Nothing found",
                text: "No project that you see has this in its name, its path or its description.",
              });
        return {
          title,
          crumbs: [{ name: "Explore" }],
          main: html`${pageHead(title, about)}
${toolbar(searchField({ action: links.explore(), label: "Search projects", placeholder: "Name, path or description", value: search }))}
${total === 0 ? none : projectTable(title, projects, links)}
${pager({ page, perPage: PROJECTS_PER_PAGE, total, at: (to) => links.explore({ search, page: to }) })}`,
        };
      },
    }),
  ];
}
