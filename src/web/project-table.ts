/** A list of projects, wherever there is one. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { Project } from "../projects/project.entity.ts";
import { table } from "./parts/table.ts";
import { visibilityBadge } from "./parts/visibility.ts";
import type { PageLinks } from "./protocol/page-links.ts";

/** How many projects a page lists. */
export const PROJECTS_PER_PAGE = 50;

/** How much of a description a row has, in characters. */
const SHOWN_CHARACTERS = 200;

/** The table. `label`: which projects they are; their full paths are loaded. */
export function projectTable(label: string, projects: readonly Project[], links: PageLinks): SafeHtml {
  const rows = projects.map((project) => [
    projectName(project, links),
    project.description == null ? null : html`<bdi>${shortened(project.description)}</bdi>`,
    visibilityBadge(project.visibility),
  ]);
  return table(label, [{ name: "Project" }, { name: "Description", isWide: true }, { name: "Visibility" }], rows);
}

/** The name of a project, which leads to its page, with its path. */
export function projectName({ name, fullPath: { path } }: Project, links: PageLinks): SafeHtml {
  return html`<a class="name" href="${links.place(path)}"><bdi>${name}</bdi></a><p class="sub"><bdi>${path}</bdi></p>`;
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= SHOWN_CHARACTERS ? text : `${characters.slice(0, SHOWN_CHARACTERS).join("")}…`;
}
