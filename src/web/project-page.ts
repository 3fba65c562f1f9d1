/** The pages of a project: which one it is, whether the visitor may open them, and the frame that all of them share. */
import { z } from "zod";
import { ForbiddenError } from "../errors.ts";
import { ACCESS_LEVELS, nameOfLevel } from "../principals/access-level.ts";
import type { Principal } from "../principals/principal.ts";
import { findVisibleProject, type ProjectAccess } from "../projects/find-project.ts";
import { resourceId } from "../schemas/fields.ts";
import type { Crumb } from "./parts/crumbs.ts";
import type { SideItem, SideMenu } from "./parts/side.ts";
import type { PageLinks } from "./protocol/page-links.ts";
import type { WebServices } from "./web-services.ts";

/** The parameters of every page of a project: its full path, which begins the address. */
export const projectParams = z.object({ project: resourceId });

/** A page in a project's menu. */
export type ProjectPage = "access_tokens";

/**
 * The project that a page is about, if the visitor has the role that the page wants.
 *
 * @throws NotFoundError when it does not exist, or is hidden from the visitor: both look the same
 * @throws ForbiddenError naming the role that is needed, and the visitor's own
 * @see docs/spec/web.md "Who sees what"
 */
export async function openProject(
  { database }: Pick<WebServices, "database">,
  visitor: Principal,
  project: number | string,
  level: number,
): Promise<ProjectAccess> {
  const access = await findVisibleProject(database.em(), visitor, project);
  if (access.accessLevel >= level) return access;
  const own = access.accessLevel === 0 ? "you are no member" : `you are ${nameOfLevel(access.accessLevel)}`;
  throw new ForbiddenError(
    `this page is for those who are ${nameOfLevel(level)} of ${access.project.fullPath.path}, and ${own}`,
  );
}

/** The menu of a project, with the pages that the visitor may open. */
export function projectMenu({ project, accessLevel }: ProjectAccess, links: PageLinks, current: ProjectPage): SideMenu {
  const { path } = project.fullPath;
  const settings: SideItem[] = [
    {
      name: "Access tokens",
      href: links.accessTokens(path).list(),
      icon: "key",
      isCurrent: current === "access_tokens",
    },
  ];
  const groups = accessLevel >= ACCESS_LEVELS.maintainer ? [{ title: "Settings", items: settings }] : [];
  return { label: project.name, groups };
}

/** The way down to a page of a project. */
export function projectCrumbs({ project }: ProjectAccess, ...rest: readonly Crumb[]): Crumb[] {
  return [...project.fullPath.path.split("/").map((name) => ({ name })), ...rest];
}
