/** The frame of the administrators' pages. */
import type { Crumb } from "../parts/crumbs.ts";
import type { SideMenu } from "../parts/side.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";

/** A page in the administrators' menu. */
export type AdminPage =
  | "overview"
  | "users"
  | "projects"
  | "access_tokens"
  | "feature_flags"
  | "audit"
  | "registry"
  | "jobs";

/** The menu, seen from one of its pages. */
export function adminMenu(links: PageLinks, current: AdminPage): SideMenu {
  return {
    label: "Administration",
    groups: [
      {
        title: "Administration",
        items: [
          { name: "Overview", href: links.adminLinks.overview(), icon: "home", isCurrent: current === "overview" },
          { name: "Users", href: links.adminLinks.users(), icon: "members", isCurrent: current === "users" },
          { name: "Projects", href: links.adminLinks.projects(), icon: "project", isCurrent: current === "projects" },
          {
            name: "Access tokens",
            href: links.accessTokens("instance").list(),
            icon: "key",
            isCurrent: current === "access_tokens",
          },
          {
            name: "Feature flags",
            href: links.adminLinks.featureFlags(),
            icon: "settings",
            isCurrent: current === "feature_flags",
          },
          { name: "Audit", href: links.activity("instance").list(), icon: "activity", isCurrent: current === "audit" },
          { name: "Registry", href: links.adminLinks.registry(), icon: "registry", isCurrent: current === "registry" },
          { name: "Jobs", href: links.adminLinks.jobs(), icon: "clock", isCurrent: current === "jobs" },
        ],
      },
    ],
  };
}

/** The way down to a page, and the menu beside it. */
export function adminFrame(
  links: PageLinks,
  current: AdminPage,
  ...way: readonly Crumb[]
): Pick<ShownPage, "crumbs" | "side"> {
  return {
    crumbs: [{ name: "Administration", href: links.adminLinks.overview() }, ...way],
    side: adminMenu(links, current),
  };
}
