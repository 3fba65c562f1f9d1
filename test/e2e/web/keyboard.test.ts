/** The whole life of a token without a mouse: everything is reached by Tab, and done by Enter, Space and the arrows. */
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openContext, openPage } from "../../support/browser.ts";
import { findChromium } from "../../support/requirements.ts";
import { requestToken } from "../../support/token-request.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";

const chromium = await findChromium();
beforeEach(({ skip }) => skip(!chromium.found, chromium.want));

let stage: WebStage;
let context: BrowserContext;
beforeAll(async () => {
  if (!chromium.found) return;
  stage = await startWebStage();
  context = await openContext();
});
afterAll(async () => {
  await context?.close();
  await stage?.service.stop();
});

/** More than any page has of what Tab stops at. */
const MAXIMUM_STOPS = 150;

/** What the focused element is called by those who hear the page: its label, else what is in it. */
const FOCUSED = `(() => {
  const element = document.activeElement;
  const label = element.labels?.[0]?.textContent ?? element.getAttribute("aria-label") ?? element.textContent;
  return label.replaceAll(/\\s+/g, " ").trim();
})()`;

/** Presses Tab until it stops at something called so; every stop on the way is in sight, with its focus drawn. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const passed: string[] = [];
  while (passed.length < MAXIMUM_STOPS) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate<string>(FOCUSED);
    passed.push(focused.slice(0, 30));
    if (typeof name === "string" ? focused === name : name.test(focused)) {
      expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).not.toBe("none");
      return;
    }
  }
  throw new Error(`Tab never stops at ${name} on ${page.url()}, but at ${[...new Set(passed)].join(" | ")}`);
}

async function press(page: Page, name: string | RegExp): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press("Enter");
}

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name }).waitFor();

describe("the life of a token, by keyboard alone", () => {
  it("is begun, shown, rotated with a grace, and ended", async () => {
    const { page, problems } = await openPage(context);
    const { username, password } = stage.people.maintainer;
    const login = async (secret: string) =>
      (await requestToken(stage.service, { username: "any", password: secret })).status;

    // Signed in, one comes to the tokens.
    await page.goto(`${stage.service.url}/-/sign_in?return_to=/team/app/-/settings/access_tokens`);
    await tabTo(page, "Username");
    await page.keyboard.type(username);
    await tabTo(page, "Password");
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await heading(page, "Access tokens");

    // Made from a preset, with a scope more and another end.
    await press(page, /^CI push/);
    await heading(page, "New token");
    await tabTo(page, "Name");
    await page.keyboard.type("by-keyboard");
    await tabTo(page, /^delete_registry/);
    await page.keyboard.press("Space");
    await press(page, "Create token");
    await heading(page, "by-keyboard");
    const secret = await page.locator("#secret").innerText();
    expect(await login(secret)).toBe(200);
    await tabTo(page, /^Copy /);
    await page.keyboard.press("Space");
    await page.getByText("Copied").waitFor();
    await press(page, "All tokens");
    await heading(page, "Access tokens");
    await page.getByText("delete_registry").first().waitFor();

    // Rotated: the grace is one of several, which the arrows go through.
    await press(page, "Rotate by-keyboard");
    await heading(page, "Rotate by-keyboard?");
    await tabTo(page, "Ends at once");
    while (!(await page.getByLabel("1 hour more").isChecked())) await page.keyboard.press("ArrowRight");
    await press(page, "Rotate by-keyboard");
    await heading(page, "by-keyboard");
    const newer = await page.locator("#secret").innerText();
    expect([newer === secret, await login(secret), await login(newer)]).toEqual([false, 200, 200]);

    // Revoked, in a dialog that has the focus.
    await press(page, "All tokens");
    await heading(page, "Access tokens");
    await press(page, "Revoke by-keyboard");
    await page.getByRole("dialog").waitFor();
    await press(page, "Revoke by-keyboard");
    await page.getByText("The token is revoked.").waitFor();
    expect([await login(secret), await login(newer)]).toEqual([401, 401]);
    expect(problems).toEqual([]);
  });
});
