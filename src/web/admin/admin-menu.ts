/** The frame of the administrators' pages. */
import type { Crumb } from "../parts/crumbs.ts";
import type { SideMenu } from "../parts/side.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";

/** A page in the administrators' menu. */
export type AdminPage = "users" | "projects" | "access_tokens" | "feature_flags";

/** The menu, seen from one of its pages. */
export function adminMenu({ admin }: PageLinks, current: AdminPage): SideMenu {
  return {
    label: "Administration",
    groups: [
      {
        title: "Administration",
        items: [
          { name: "Users", href: admin.users(), icon: "members", isCurrent: current === "users" },
          { name: "Projects", href: admin.projects(), icon: "project", isCurrent: current === "projects" },
          {
            name: "Access tokens",
            href: admin.accessTokens.list(),
            icon: "key",
            isCurrent: current === "access_tokens",
          },
          {
            name: "Feature flags",
            href: admin.featureFlags(),
            icon: "settings",
            isCurrent: current === "feature_flags",
          },
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
  return { crumbs: [{ name: "Administration" }, ...way], side: adminMenu(links, current) };
}
