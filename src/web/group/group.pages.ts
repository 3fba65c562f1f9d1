/** The page of a group: what lies in it. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { z } from "zod";
import { listSubgroups } from "../../groups/list-subgroups.ts";
import { findNames } from "../../namespaces/find-names.ts";
import { findGroupAtLevel, type NamespaceAccess } from "../../namespaces/find-namespace.ts";
import type { Namespace } from "../../namespaces/namespace.entity.ts";
import { pathPrefixes } from "../../namespaces/path.ts";
import { ACCESS_LEVELS, NO_ACCESS } from "../../principals/access-level.ts";
import { listVisibleProjects } from "../../projects/list-projects.ts";
import { id, resourceId } from "../../schemas/fields.ts";
import { emptyState } from "../parts/empty-state.ts";
import { icon } from "../parts/icon.ts";
import { pageHead } from "../parts/page-head.ts";
import { pageQuery, pager } from "../parts/pager.ts";
import { table } from "../parts/table.ts";
import { placeCrumbs } from "../place-crumbs.ts";
import { PROJECTS_PER_PAGE, projectTable } from "../project-table.ts";
import { type Page, view } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { WebServices } from "../web-services.ts";

const SUBGROUPS_PER_PAGE = 20;

/** `/groups/:path`, for its members, since nobody else knows of it. @see docs/spec/web.md "Pages" */
export function groupPages({ database }: WebServices, links: PageLinks): Page[] {
  return [
    view({
      path: "/groups/*group",
      access: "signed_in",
      params: z.object({ group: resourceId }),
      query: pageQuery.extend({ subgroups: id().default(1) }),
      async show({ visitor: { principal: caller }, params, query: { page, subgroups } }) {
        const em = database.em();
        const access = await findGroupAtLevel(em, caller, params.group, NO_ACCESS);
        const { namespace } = access;
        const { path } = namespace.fullPath;
        const [groups, groupCount] = await listSubgroups(em, namespace.id, {
          limit: SUBGROUPS_PER_PAGE,
          offset: (subgroups - 1) * SUBGROUPS_PER_PAGE,
        });
        const [projects, total] = await listVisibleProjects(
          em,
          caller,
          { place: { namespace, below: false }, orderBy: "path", direction: "asc" },
          { limit: PROJECTS_PER_PAGE, offset: (page - 1) * PROJECTS_PER_PAGE },
        );
        const names = await findNames(em, caller, [path]);
        const { description } = namespace;
        const about = description == null || description === "" ? undefined : html`<bdi>${description}</bdi>`;
        const at = (to: { page?: number; subgroups?: number }) => links.group(path, { page, subgroups, ...to });
        return {
          title: path,
          crumbs: placeCrumbs(pathPrefixes(path), links, names.isKnown),
          main: html`${pageHead(namespace.name, about, acts(access, links))}
${groupCount === 0 ? null : html`<h2>Groups</h2>${groupTable(groups, links)}`}
${pager({ page: subgroups, perPage: SUBGROUPS_PER_PAGE, total: groupCount, at: (to) => at({ subgroups: to }) })}
${total === 0 ? null : html`<h2>Projects</h2>${projectTable("Projects", projects, links)}`}
${pager({ page, perPage: PROJECTS_PER_PAGE, total, at: (to) => at({ page: to }) })}
${groupCount + total === 0 ? nothing() : null}`,
        };
      },
    }),
  ];
}

function acts({ namespace, accessLevel }: NamespaceAccess, links: PageLinks): SafeHtml | undefined {
  if (accessLevel < ACCESS_LEVELS.reporter) return undefined;
  const { id: namespaceId, fullPath } = namespace;
  const creates =
    accessLevel < ACCESS_LEVELS.maintainer
      ? null
      : html`<a class="btn" href="${links.newGroup({ parent_id: namespaceId })}">New group</a><a class="btn primary" href="${links.newProject({ namespace_id: namespaceId })}">${icon("plus")}New project</a>`;
  return html`<div class="acts"><a class="btn" href="${links.members("group", fullPath.path).list()}">${icon("members")}Members</a>${creates}</div>`;
}

function nothing(): SafeHtml {
  return emptyState({
    icon: "group",
    title: "Nothing here yet",
    text: "Projects and groups that lie in this group are listed here.",
  });
}

function groupTable(groups: readonly Namespace[], links: PageLinks): SafeHtml {
  const rows = groups.map(({ name, description, fullPath: { path } }) => [
    html`<a class="name" href="${links.group(path)}"><bdi>${name}</bdi></a><p class="sub"><bdi>${path}</bdi></p>`,
    description == null ? null : html`<bdi>${description}</bdi>`,
  ]);
  return table("Groups", [{ name: "Group" }, { name: "Description", isWide: true }], rows);
}
