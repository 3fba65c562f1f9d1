/** Which pages are shown, and how: a new page is one line here. */
import type { Page } from "playwright-core";

/** Who looks at a page. */
export type Viewer = "nobody" | "mira" | "root";

/** A page to be shown. */
export interface Shot {
  /** Of its files. */
  readonly name: string;
  readonly path: string;
  /** Mira Lund, the Owner of the sample group, unless given. */
  readonly as?: Viewer;
  /** What is done on the page before it is shown. */
  readonly prepare?: (page: Page) => Promise<void>;
}

const TOKENS = "/team/app/-/settings/access_tokens";

const WEB = "/team/app/-/container_registry/team/app/web";

/** All of them. */
export const SHOTS: readonly Shot[] = [
  { name: "sign-in", path: "/-/sign_in", as: "nobody" },
  { name: "sign-in-refused", path: "/-/sign_in", as: "nobody", prepare: signInWrongly },
  { name: "sign-in-link-over", path: "/-/sign_in_link?token=used", as: "nobody" },
  { name: "home", path: "/" },
  { name: "home-empty", path: "/", as: "root" },
  { name: "project", path: "/team/app" },
  { name: "project-empty", path: "/team/charts" },
  { name: "project-public", path: "/team/website", as: "nobody" },
  { name: "images", path: "/team/app/-/container_registry" },
  { name: "images-empty", path: "/team/charts/-/container_registry" },
  { name: "image-tags", path: WEB },
  { name: "image-tag", path: `${WEB}/-/tags/1.8.2` },
  { name: "image-deletion", path: `${WEB}/-/tags/1.8.2`, prepare: (page) => openDialog(page, "Delete 1.8.2") },
  { name: "project-settings", path: "/team/app/-/settings" },
  { name: "project-deletion", path: "/team/app/-/settings", prepare: (page) => openDialog(page, "Delete team/app") },
  { name: "project-new", path: "/projects/new" },
  { name: "project-new-refused", path: "/projects/new?namespace_id=3", prepare: createWrongly },
  { name: "members", path: "/team/app/-/project_members" },
  { name: "member-add", path: "/team/app/-/project_members", prepare: (page) => openDialog(page, "Add a member") },
  { name: "group-members", path: "/groups/team/-/group_members" },
  { name: "activity", path: "/team/app/-/activity" },
  { name: "activity-filter", path: "/team/app/-/activity?kind=pushed&who=nobody" },
  { name: "audit", path: "/admin/audit", as: "root" },
  { name: "admin-users", path: "/admin/users", as: "root" },
  { name: "admin-user-new", path: "/admin/users/new", as: "root" },
  { name: "admin-tokens", path: "/admin/access_tokens", as: "root" },
  { name: "admin-projects", path: "/admin/projects", as: "root" },
  { name: "admin-flags", path: "/admin/feature_flags", as: "root" },
  { name: "administration", path: "/admin", as: "root" },
  { name: "jobs", path: "/admin/jobs", as: "root" },
  { name: "registry", path: "/admin/registry", as: "root" },
  { name: "group", path: "/groups/team" },
  { name: "group-new", path: "/groups/new" },
  { name: "user", path: "/mira" },
  { name: "explore", path: "/explore" },
  { name: "explore-anonymous", path: "/explore", as: "nobody" },
  { name: "help", path: "/-/help", as: "nobody" },
  { name: "explain", path: "/-/explain" },
  { name: "explain-hidden", path: "/-/explain?who=nobody&repository=registry.example.com/jonas/secret:1.2" },
  { name: "explain-project", path: "/team/app/-/explain" },
  { name: "explain-member", path: "/team/app/-/explain?who=member&username=jonas&repository=team/app/web" },
  { name: "explain-refused", path: "/team/app/-/explain?who=member&username=nobody&repository=Team/App" },
  { name: "explain-token", path: TOKENS, prepare: (page) => explainToken(page, "ci-push") },
  { name: "account-menu", path: "/", prepare: (page) => page.locator(".top .menu summary").click() },
  { name: "keys", path: "/", prepare: (page) => page.keyboard.press("?") },
  { name: "tokens", path: TOKENS },
  { name: "tokens-empty", path: "/team/website/-/settings/access_tokens" },
  { name: "tokens-inactive", path: `${TOKENS}?state=inactive` },
  { name: "token", path: TOKENS, prepare: (page) => follow(page, "ci-push") },
  { name: "token-new", path: `${TOKENS}/new?preset=ci_push&name=ci-push-2` },
  { name: "token-new-refused", path: `${TOKENS}/new?name=ci-push`, prepare: (page) => press(page, "Create token") },
  { name: "token-rotate", path: TOKENS, prepare: (page) => follow(page, "Rotate ci-push") },
  { name: "token-revoke", path: TOKENS, prepare: (page) => openDialog(page) },
  {
    name: "token-created",
    path: `${TOKENS}/new?preset=pull&name=k8s-us`,
    prepare: (page) => press(page, "Create token"),
  },
  { name: "personal-tokens", path: "/-/user_settings/personal_access_tokens" },
  { name: "profile", path: "/-/user_settings/profile" },
  { name: "profile-saved", path: "/-/user_settings/profile", prepare: (page) => press(page, "Save profile") },
  { name: "password", path: "/-/user_settings/password" },
  { name: "password-refused", path: "/-/user_settings/password", prepare: changePasswordWrongly },
  { name: "active-sessions", path: "/-/user_settings/active_sessions" },
  { name: "not-found", path: "/no/such/page" },
  { name: "forbidden", path: "/-/styleguide" },
  { name: "styleguide", path: "/-/styleguide", as: "root" },
  { name: "confirmation", path: "/-/styleguide/confirmation", as: "root" },
  { name: "dialog", path: "/-/styleguide", as: "root", prepare: (page) => openDialog(page) },
];

async function follow(page: Page, link: string): Promise<void> {
  await page.locator("main table").getByRole("link", { name: link, exact: true }).click();
  await page.waitForLoadState();
}

async function explainToken(page: Page, name: string): Promise<void> {
  await follow(page, name);
  await page.getByRole("link", { name: "Explain access" }).last().click();
  await page.waitForLoadState();
}

async function press(page: Page, button: string): Promise<void> {
  await page.getByRole("button", { name: button }).click();
  await page.waitForLoadState();
}

async function signInWrongly(page: Page): Promise<void> {
  await page.getByLabel("Username").fill("mira");
  await page.getByLabel("Password").fill("not her password");
  await press(page, "Sign in");
}

async function changePasswordWrongly(page: Page): Promise<void> {
  await page.getByLabel("Current password").fill("not her password");
  await page.getByLabel("New password").fill("another password");
  await press(page, "Change password");
}

async function createWrongly(page: Page): Promise<void> {
  await page.getByLabel("Name").fill("Website");
  await page.getByLabel("Path").fill("Web Site");
  await press(page, "Create project");
}

async function openDialog(page: Page, link = "Revoke ci-push"): Promise<void> {
  await page.getByRole("link", { name: link }).click();
  await page.getByRole("dialog").waitFor();
}
