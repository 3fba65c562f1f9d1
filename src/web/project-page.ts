/** The pages of a project: which one it is, whether the visitor may open them, and the frame that all of them share. */
import { z } from "zod";
import { type EndingTokens, findEndingTokens } from "../access-tokens/find-ending-tokens.ts";
import { ForbiddenError } from "../errors.ts";
import { findNames, type Names } from "../namespaces/find-names.ts";
import { pathPrefixes } from "../namespaces/path.ts";
import { ACCESS_LEVELS, NO_ACCESS, nameOfLevel } from "../principals/access-level.ts";
import type { Principal } from "../principals/principal.ts";
import type { RepositoryAction } from "../principals/repository-rules.ts";
import { findVisibleProject, type ProjectAccess } from "../projects/find-project.ts";
import { allowedActions } from "../registry-access/policy.ts";
import { resourceId } from "../schemas/fields.ts";
import type { Crumb } from "./parts/crumbs.ts";
import type { IconName } from "./parts/icon.ts";
import type { SideMenu } from "./parts/side.ts";
import { placeCrumbs } from "./place-crumbs.ts";
import { endingTokens } from "./project/ending-tokens.ts";
import type { ShownPage } from "./protocol/page.ts";
import type { Href, PageLinks } from "./protocol/page-links.ts";
import type { WebServices } from "./web-services.ts";

/** The parameters of every page of a project: its full path, which begins the address. */
export const projectParams = z.object({ project: resourceId });

/** A page in a project's menu. */
export type ProjectPage =
  | "overview"
  | "images"
  | "activity"
  | "project_members"
  | "explain"
  | "access_tokens"
  | "settings";

/** The menu: each page with the level that it needs, in its order. */
const MENU: readonly {
  readonly page: ProjectPage;
  readonly name: string;
  readonly icon: IconName;
  /** The level that it needs, or whatever lets one pull, or that one is signed in. */
  readonly needs: number | "pull" | "signed_in";
  readonly isSetting?: true;
  readonly address: (links: PageLinks, path: string) => Href;
}[] = [
  {
    page: "overview",
    name: "Overview",
    icon: "project",
    needs: NO_ACCESS,
    address: (links, path) => links.place(path),
  },
  {
    page: "images",
    name: "Images",
    icon: "image",
    needs: "pull",
    address: (links, path) => links.images(path).list(),
  },
  {
    page: "activity",
    name: "Activity",
    icon: "activity",
    needs: ACCESS_LEVELS.reporter,
    address: (links, path) => links.activity({ project: path }).list(),
  },
  {
    page: "project_members",
    name: "Members",
    icon: "members",
    needs: ACCESS_LEVELS.reporter,
    address: (links, path) => links.members("project", path).list(),
  },
  {
    page: "explain",
    name: "Explain access",
    icon: "info",
    needs: "signed_in",
    address: (links, path) => links.explain({ project: path }),
  },
  {
    page: "settings",
    name: "General",
    icon: "settings",
    needs: ACCESS_LEVELS.maintainer,
    isSetting: true,
    address: (links, path) => links.projectSettings(path).general(),
  },
  {
    page: "access_tokens",
    name: "Access tokens",
    icon: "key",
    needs: ACCESS_LEVELS.maintainer,
    isSetting: true,
    address: (links, path) => links.accessTokens(path).list(),
  },
];

/** A project as one visitor sees it, and what its frame shows. */
export interface OpenedProject extends ProjectAccess {
  /** The names of the groups above it that the visitor sees; undefined for who is not signed in. */
  readonly names: Names | undefined;
  /** Its tokens that end soon, for those who manage them. */
  readonly ending: EndingTokens | undefined;
  /** What the visitor may do with its images. */
  readonly allowed: readonly RepositoryAction[];
  readonly now: Date;
}

/**
 * The project that a page is about, if the visitor has the role that the page wants.
 *
 * @throws NotFoundError when it does not exist, or is hidden from the visitor: both look the same
 * @throws ForbiddenError naming the role that is needed, and the visitor's own
 * @see docs/spec/web.md "Who sees what"
 */
export async function openProject(
  services: Pick<WebServices, "database" | "clock">,
  visitor: Principal,
  project: number | string,
  level: number,
): Promise<OpenedProject> {
  const access = await findVisibleProject(services.database.em(), visitor, project);
  requireRole(access.accessLevel, level, access.project.fullPath.path);
  return await surround(services, visitor, access);
}

/**
 * Requires the role that a page wants of its visitor.
 *
 * @param path of the project or group that the page is about
 * @param what is for those who have the role: a noun and its verb
 * @throws ForbiddenError naming the role that is needed, and the visitor's own
 */
export function requireRole(own: number, level: number, path: string, what = "this page is"): void {
  if (own >= level) return;
  const is = own === NO_ACCESS ? "you are no member" : `you are ${nameOfLevel(own)}`;
  throw new ForbiddenError(`${what} for those who are ${nameOfLevel(level)} of ${path}, and ${is}`);
}

/** A project that was found, with what its frame shows. */
export async function surround(
  services: Pick<WebServices, "database" | "clock">,
  visitor: Principal,
  access: ProjectAccess,
): Promise<OpenedProject> {
  const { project, accessLevel } = access;
  const { id, namespace, fullPath } = project;
  const now = services.clock.now();
  const { path } = fullPath;
  const allowed = allowedActions(visitor, { name: path, facts: { project: { ...project, path }, accessLevel } });
  if (visitor.kind === "anonymous") return { ...access, names: undefined, ending: undefined, allowed, now };
  const names = await findNames(services.database.em(), visitor, [namespace.fullPath.path]);
  const isManager = accessLevel >= ACCESS_LEVELS.maintainer;
  const ending = isManager ? await findEndingTokens(services, { caller: visitor, projectIds: [id] }) : undefined;
  return { ...access, names, ending: ending?.get(id), allowed, now };
}

/** What all pages of a project share: the way down to the page, the menu, and which tokens end soon. */
export function projectFrame(
  opened: OpenedProject,
  links: PageLinks,
  current: ProjectPage,
  ...rest: readonly Crumb[]
): Pick<ShownPage, "crumbs" | "side" | "above"> {
  const { project, names, ending, now } = opened;
  const { path } = project.fullPath;
  const above = ending === undefined ? {} : { above: endingTokens(ending, links.accessTokens(path), now) };
  const isSeen = (prefix: string) => prefix === path || names?.isKnown(prefix) === true;
  return {
    crumbs: [...placeCrumbs(pathPrefixes(path), links, isSeen), ...rest],
    side: projectMenu(opened, links, current),
    ...above,
  };
}

/** The menu of a project, with the pages that the visitor may open. */
function projectMenu(
  { project, accessLevel, allowed, names }: OpenedProject,
  links: PageLinks,
  current: ProjectPage,
): SideMenu {
  const isOpen = (needs: (typeof MENU)[number]["needs"]) => {
    if (needs === "signed_in") return names !== undefined;
    return needs === "pull" ? allowed.includes("pull") : needs <= accessLevel;
  };
  const items = (isSetting: boolean) =>
    MENU.filter((item) => (item.isSetting === true) === isSetting && isOpen(item.needs)).map(
      ({ page, name, icon, address }) => ({
        name,
        icon,
        href: address(links, project.fullPath.path),
        isCurrent: page === current,
      }),
    );
  const settings = items(true);
  return {
    label: project.name,
    groups: [
      { title: "Project", items: items(false) },
      ...(settings.length === 0 ? [] : [{ title: "Settings", items: settings }]),
    ],
  };
}
