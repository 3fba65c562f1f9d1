import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openContext, openPage, PLAIN_HOST } from "../../support/browser.ts";
import { findChromium } from "../../support/requirements.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";

const chromium = await findChromium();
beforeEach(({ skip }) => skip(!chromium.found, chromium.want));

let stage: WebStage;
let url: string;
beforeAll(async () => {
  if (!chromium.found) return;
  stage = await startWebStage();
  url = stage.service.url;
});
afterAll(() => stage?.service.stop());

let context: BrowserContext;
afterEach(() => context?.close());

/** A page of a browser that a person opens; with `script: false`, of one that runs no scripts. */
async function start({ script = true } = {}): Promise<{ page: Page; problems: readonly string[] }> {
  context = await openContext({ javaScriptEnabled: script });
  return await openPage(context);
}

/** Fills the form and sends it. */
async function signIn(page: Page, password = stage.people.maintainer.password): Promise<void> {
  await page.getByLabel("Username").fill("maintainer");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

const heading = (page: Page) => page.getByRole("heading", { level: 1 }).textContent();

/** Opens the menu of one's account. */
const openMenu = (page: Page) => page.locator("summary", { hasText: "Account of maintainer" }).click();

/** What has the focus: its id, or its text. */
const focused = (page: Page) =>
  page.evaluate<string>("document.activeElement.id || document.activeElement.textContent.trim()");

describe.each([
  { script: true, how: "with JavaScript" },
  { script: false, how: "without JavaScript" },
])("in Chromium $how", ({ script }) => {
  it("a visitor is led to the sign-in, signs in, is led back, and signs out", async () => {
    const { page, problems } = await start({ script });
    await page.goto(`${url}/-/user_settings/profile`);
    expect(await heading(page)).toBe("Sign in to Keyside");
    await signIn(page);
    await page.waitForURL(`${url}/-/user_settings/profile`);
    expect(await heading(page)).toBe("Profile");
    await openMenu(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${url}/-/sign_in`);
    expect(await page.getByRole("status").textContent()).toBe("You are signed out.");
    await page.goto(`${url}/`);
    expect(await heading(page)).toBe("Sign in to Keyside");
    expect(problems).toEqual([]);
  });

  it("a wrong password is told first, with the focus on it, and keeps the name", async () => {
    const { page, problems } = await start({ script });
    await page.goto(`${url}/-/sign_in`);
    await signIn(page, `wrong ${script}`);
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("Wrong username or password.");
    expect(await page.getByLabel("Username").inputValue()).toBe("maintainer");
    expect(await page.getByLabel("Password").inputValue()).toBe("");
    if (script) expect(await focused(page)).toBe("errors");
    expect(problems).toEqual([]);
  });

  it("Back after signing out shows nothing of what was there", async () => {
    const { page } = await start({ script });
    await page.goto(`${url}/-/sign_in`);
    await signIn(page);
    await page.waitForURL(`${url}/`);
    await page.getByText("team/app", { exact: true }).waitFor();
    await openMenu(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${url}/-/sign_in`);
    await page.goBack();
    await page.getByRole("heading", { name: "Sign in to Keyside" }).waitFor();
    expect(await page.content()).not.toContain("team/app");
  });

  it("the theme that somebody chooses is there at once, on every page, whatever the system has", async () => {
    const { page, problems } = await start({ script });
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(`${url}/-/sign_in?return_to=/-/user_settings/profile`);
    await signIn(page);
    const background = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    const light = await background();
    await page.getByLabel("Dark").check();
    await page.getByRole("button", { name: "Set theme" }).click();
    await page.locator("html[data-theme=dark]").waitFor();
    expect(await background()).not.toBe(light);
    const response = await page.goto(`${url}/-/user_settings/password`);
    expect(await response?.text()).toContain('<html lang="en" data-theme="dark">');
    expect(problems).toEqual([]);
  });
});

describe("in Chromium", () => {
  it("the keyboard alone signs in, mends what is wrong, and signs out", async () => {
    const { page, problems } = await start();
    await page.goto(`${url}/-/sign_in`);
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await press("Tab");
    expect(await focused(page)).toBe("Skip to content");
    await press("Enter", "Tab");
    expect(await focused(page)).toBe("username");
    await page.keyboard.type("maintainer");
    await press("Tab");
    await page.keyboard.type("wrong by keyboard");
    await press("Enter");
    await page.getByRole("alert").waitFor();
    expect(await focused(page)).toBe("errors");
    await press("Tab");
    expect(await focused(page)).toBe("username");
    await press("Tab");
    await page.keyboard.type(stage.people.maintainer.password);
    await press("Enter");
    await page.waitForURL(`${url}/`);
    while (!(await page.evaluate<boolean>("document.activeElement.matches('.top summary')"))) await press("Tab");
    await press("Enter");
    expect(await page.getByRole("link", { name: "Active sessions" }).isVisible()).toBe(true);
    await press("Escape");
    expect(await page.getByRole("link", { name: "Active sessions" }).isVisible()).toBe(false);
    await press("Enter", "Tab", "Tab", "Tab", "Tab");
    expect(await focused(page)).toBe("Sign out");
    await press("Enter");
    await page.waitForURL(`${url}/-/sign_in`);
    expect(problems).toEqual([]);
  });

  it("a problem of a field is a link to it", async () => {
    const { page } = await start();
    await page.goto(`${url}/-/sign_in?return_to=/-/user_settings/password`);
    await signIn(page);
    await page.getByLabel("Current password").fill("not mine");
    await page.getByLabel("New password").fill("a new password");
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByRole("alert").getByRole("link").click();
    expect(await focused(page)).toBe("current_password");
    expect(await page.getByLabel("Current password").getAttribute("aria-invalid")).toBe("true");
  });

  it("the menu closes with Escape, which gives the focus back, and by a click elsewhere", async () => {
    const { page } = await start();
    await page.goto(`${url}/-/sign_in`);
    await signIn(page);
    const entry = page.getByRole("link", { name: "Active sessions" });
    await openMenu(page);
    await entry.focus();
    await page.keyboard.press("Escape");
    expect([await entry.isVisible(), await focused(page)]).toEqual([false, "MAccount of maintainer"]);
    await openMenu(page);
    expect(await entry.isVisible()).toBe(true);
    await page.getByRole("heading", { level: 1 }).click();
    expect(await entry.isVisible()).toBe(false);
  });

  it("a page that the back-forward cache restores reloads itself", async () => {
    const { page } = await start();
    await page.goto(`${url}/-/sign_in?return_to=/-/user_settings/profile`);
    await signIn(page);
    await page.waitForURL(`${url}/-/user_settings/profile`);
    await stage.people.maintainer.client.put("/user", { name: "Max" });
    let loads = 0;
    page.on("request", (request) => {
      if (request.isNavigationRequest() && request.url() === `${url}/-/user_settings/profile`) loads += 1;
    });
    await page.goto("about:blank");
    await page.goBack();
    await expect.poll(() => loads).toBeGreaterThan(0);
  });

  it("a form of another site signs nobody out, and one of ours on a plain-http host name does", async () => {
    const { page, problems } = await start();
    const plain = `http://${PLAIN_HOST}:${new URL(url).port}`;
    await page.goto(`${plain}/-/sign_in`);
    await signIn(page);
    await page.waitForURL(`${plain}/`);
    expect(problems).toEqual([]);

    const other = await context.newPage();
    await other.route("http://evil.test/", (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<form method="post" action="${plain}/-/sign_out"><button>Win a prize</button></form>`,
      }),
    );
    await other.goto("http://evil.test/");
    await other.getByRole("button").click();
    await other.getByText("This form was sent from http://evil.test").waitFor();
    await page.reload();
    expect(await heading(page)).toBe("Your projects");
    await openMenu(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${plain}/-/sign_in`);
  });

  it("a double click sends a form once", async () => {
    const { page } = await start();
    await page.goto(`${url}/-/sign_in`);
    let sent = 0;
    page.on("request", (request) => {
      if (request.method() === "POST") sent += 1;
    });
    await page.getByLabel("Username").fill("maintainer");
    await page.getByLabel("Password").fill(stage.people.maintainer.password);
    await page.getByRole("button", { name: "Sign in" }).dblclick();
    await page.waitForURL(`${url}/`);
    expect(sent).toBe(1);
  });
});
