/** The menu of the pages about one's own account. */
import type { SideMenu } from "./parts/side.ts";
import type { PageLinks } from "./protocol/page-links.ts";

/** One of the pages about one's own account. */
export type SettingsPage = "profile" | "password" | "personal_access_tokens" | "active_sessions";

/** The menu, seen from one of its pages. */
export function settingsMenu(links: PageLinks, current: SettingsPage): SideMenu {
  return {
    label: "Your account",
    groups: [
      {
        title: "Your account",
        items: [
          { name: "Profile", href: links.profile(), icon: "user", isCurrent: current === "profile" },
          { name: "Password", href: links.password(), icon: "lock", isCurrent: current === "password" },
          {
            name: "Access tokens",
            href: links.accessTokens("self").list(),
            icon: "key",
            isCurrent: current === "personal_access_tokens",
          },
          {
            name: "Active sessions",
            href: links.activeSessions(),
            icon: "session",
            isCurrent: current === "active_sessions",
          },
        ],
      },
    ],
  };
}
