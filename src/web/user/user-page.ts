/** The page of a user: a human's projects, or what a bot belongs to. */
import { html } from "@remix-run/html-template";
import { findBot } from "../../access-tokens/find-bot.ts";
import { findPersonalNamespace } from "../../namespaces/find-namespace.ts";
import { ACCESS_LEVELS } from "../../principals/access-level.ts";
import type { UserPrincipal } from "../../principals/principal.ts";
import { seekVisibleProject } from "../../projects/find-project.ts";
import { listVisibleProjects } from "../../projects/list-projects.ts";
import type { User } from "../../users/user.entity.ts";
import { emptyState } from "../parts/empty-state.ts";
import { facts } from "../parts/facts.ts";
import { day } from "../parts/moment.ts";
import { pageHead } from "../parts/page-head.ts";
import { pager } from "../parts/pager.ts";
import { PROJECTS_PER_PAGE, projectTable } from "../project-table.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { WebServices } from "../web-services.ts";

/** Whose page it is, for whom, and which part of their projects. */
interface Looked {
  readonly caller: UserPrincipal;
  readonly user: User;
  readonly page: number;
}

/** The page, for somebody who may see the user. @see docs/spec/web.md "Pages" */
export async function userPage(services: WebServices, links: PageLinks, looked: Looked): Promise<ShownPage> {
  switch (looked.user.userType) {
    case "human":
      return await humanPage(services, links, looked);
    case "project_bot":
      return await botPage(services, links, looked);
    case "ghost":
      return {
        title: "Ghost User",
        crumbs: [{ name: looked.user.username }],
        main: html`${pageHead("Ghost User", "What users did who are deleted now stays listed under this name. Nobody can sign in as it.")}`,
      };
  }
}

async function humanPage(
  { database }: WebServices,
  links: PageLinks,
  { caller, user, page }: Looked,
): Promise<ShownPage> {
  const em = database.em();
  const { namespace } = await findPersonalNamespace(em, user);
  const [projects, total] = await listVisibleProjects(
    em,
    caller,
    { place: { namespace, below: false }, orderBy: "path", direction: "asc" },
    { limit: PROJECTS_PER_PAGE, offset: (page - 1) * PROJECTS_PER_PAGE },
  );
  const isOwn = user.id === caller.userId;
  const none = emptyState({
    icon: "project",
    title: "No projects here",
    text: isOwn ? "Projects that you make under your own name are listed here." : "None that you may see, at least.",
  });
  const add = html`<a class="btn" href="${links.newProject()}">New project</a>`;
  return {
    title: user.username,
    crumbs: [{ name: user.username }],
    main: html`${pageHead(user.name, html`<code>@${user.username}</code>, since ${day(user.createdAt.toISOString().slice(0, 10))}`, isOwn ? add : undefined)}
${total === 0 ? none : projectTable("Projects", projects, links)}
${pager({ page, perPage: PROJECTS_PER_PAGE, total, at: (to) => links.place(user.username, { page: to }) })}`,
  };
}

async function botPage({ database }: WebServices, links: PageLinks, { caller, user }: Looked): Promise<ShownPage> {
  const em = database.em();
  const bot = await findBot(em, user.id);
  const access = bot === undefined ? undefined : await seekVisibleProject(em, caller, bot.projectId);
  const path = access?.project.fullPath.path;
  const isManager = (access?.accessLevel ?? 0) >= ACCESS_LEVELS.maintainer;
  return {
    title: user.username,
    crumbs: [{ name: user.username }],
    main: html`${pageHead(user.name, "A bot user. It came with a project access token, is a member of that project alone, and goes with the token.")}
<section class="card pad" aria-label="The bot user">${facts([
      { name: "Username", value: html`<code>${user.username}</code>` },
      ...(path === undefined
        ? []
        : [{ name: "Project", value: html`<a href="${links.place(path)}"><bdi>${path}</bdi></a>` }]),
      ...(bot === undefined || path === undefined || !isManager
        ? []
        : [
            {
              name: "Access token",
              value: html`<a href="${links.accessTokens(path).one(bot.token.id)}"><bdi>${bot.token.name}</bdi></a>`,
            },
          ]),
      { name: "Made", value: day(user.createdAt.toISOString().slice(0, 10)) },
    ])}</section>`,
  };
}
