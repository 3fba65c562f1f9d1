import type { BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { openContext, openPage, PLAIN_HOST } from "../../support/browser.ts";
import { findChromium } from "../../support/requirements.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";

const chromium = await findChromium();
beforeEach(({ skip }) => skip(!chromium.found, chromium.want));

let stage: WebStage;
let session: string;
beforeAll(async () => {
  if (!chromium.found) return;
  stage = await startWebStage();
  session = (await stage.clientOf("administrator")).cookie("keyside") ?? "";
});
afterAll(() => stage?.service.stop());

const SECRET = "the-secret-of-a-token-stands-here-once-and-nowhere-else";

/** Opens the style guide, which has every part, in a browser of an administrator's. */
async function openGuide(options: BrowserContextOptions = {}, host = "localhost"): Promise<Guide> {
  const { port } = new URL(stage.service.url);
  const url = `http://${host}:${port}`;
  const context = await openContext(options);
  onTestFinished(() => context.close());
  await context.addCookies([{ name: "keyside", value: session, url }]);
  const { page, problems } = await openPage(context);
  await page.goto(`${url}/-/styleguide`);
  return { context, page, problems };
}

interface Guide {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly problems: readonly string[];
}

const focused = (page: Page, what: string) => page.evaluate<string>(`document.activeElement.${what}`);
const dialog = (page: Page) => page.getByRole("dialog");

describe("copying", () => {
  it("puts the text on the clipboard, and says so for a while", async () => {
    const { context, page, problems } = await openGuide();
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const button = page.getByRole("button", { name: "the secret" });
    await button.click();
    await button.getByText("Copied").waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(SECRET);
    await button.getByText("Copy", { exact: true }).waitFor();
    expect(problems).toEqual([]);
  });

  it("works on plain http too, where browsers have no clipboard for scripts", async () => {
    const { page } = await openGuide({}, PLAIN_HOST);
    expect(await page.evaluate("navigator.clipboard")).toBeUndefined();
    const button = page.getByRole("button", { name: "the secret" });
    await button.click();
    await button.getByText("Copied").waitFor();
    // What is pasted tells what was copied.
    await page.getByRole("searchbox").focus();
    await page.keyboard.press("Control+V");
    expect(await page.getByRole("searchbox").inputValue()).toBe(SECRET);
  });

  it("is not offered without scripts; the tabs and the folded parts work all the same", async () => {
    const { page } = await openGuide({ javaScriptEnabled: false });
    expect(await page.locator("[data-copy]:visible, [data-keys]:visible").count()).toBe(0);
    await page.getByRole("radio", { name: "Kubernetes" }).check();
    expect(await page.locator("pre:visible").textContent()).toMatch(/^kubectl /);
    await page.getByRole("link", { name: "Revoke ci-push" }).click();
    expect(new URL(page.url()).pathname).toBe("/-/styleguide/confirmation");
  });
});

describe("a page that asks for a confirmation", () => {
  it("is a dialog with its words, which Escape and Cancel close, and which gives the focus back", async () => {
    const { page, problems } = await openGuide();
    const link = page.getByRole("link", { name: "Revoke ci-push" });
    for (const close of [
      () => page.keyboard.press("Escape"),
      () => dialog(page).getByRole("link", { name: "Cancel" }).click(),
    ]) {
      await link.click();
      await page.getByRole("dialog", { name: "Revoke ci-push?" }).getByText("318 records").waitFor();
      expect(await page.evaluate("document.querySelector('dialog[open]').contains(document.activeElement)")).toBe(true);
      await close();
      await dialog(page).waitFor({ state: "hidden" });
      expect(await focused(page, "ariaLabel")).toBe("Revoke ci-push");
    }
    expect(new URL(page.url()).pathname).toBe("/-/styleguide");
    expect(problems).toEqual([]);
  });

  it("is what it was without scripts where the link is opened in a new tab", async () => {
    const { context, page } = await openGuide();
    const opened = context.waitForEvent("page");
    await page.getByRole("link", { name: "Revoke ci-push" }).click({ modifiers: ["Control"] });
    expect(new URL((await opened).url()).pathname).toBe("/-/styleguide/confirmation");
    expect(await dialog(page).isVisible()).toBe(false);
  });

  it("is the sign-in where the session has ended", async () => {
    const { context, page } = await openGuide();
    await context.clearCookies();
    await page.getByRole("link", { name: "Revoke ci-push" }).click();
    await page.waitForURL(/\/-\/sign_in\?return_to=/);
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Sign in to Keyside");
  });
});

it("a part follows the form around it, and no password is asked with", async () => {
  const { page } = await openGuide();
  const asked = page.waitForRequest(/\/-\/styleguide\?/);
  await page.evaluate(`document.querySelector("form.with-effect").append(Object.assign(
    document.createElement("input"), { type: "password", name: "hidden_one", value: "not for an address" }))`);
  await page.getByRole("checkbox", { name: "delete_registry" }).check();
  expect((await asked).url()).toMatch(/scopes=write_registry&scopes=delete_registry/);
  expect((await asked).url()).not.toContain("hidden_one");
  await page.locator("#effect").getByText("delete images").waitFor();
});

describe("keys", () => {
  it("lead to the search and list themselves, but are text in a field", async () => {
    const { page } = await openGuide();
    await page.keyboard.press("/");
    expect(await focused(page, "name")).toBe("search");
    await page.keyboard.type("/?");
    expect(await focused(page, "value")).toBe("/?");
    await page.evaluate("document.activeElement.blur()");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
  });

  it("of one letter can be turned off, and stay so", async () => {
    const { page } = await openGuide();
    await page.keyboard.press("?");
    await page.getByRole("checkbox", { name: "Keys of one letter" }).uncheck();
    await page.getByRole("button", { name: "Close" }).click();
    await page.reload();
    await page.keyboard.press("?");
    await page.keyboard.press("/");
    expect(await dialog(page).isVisible()).toBe(false);
    expect(await focused(page, "name")).toBeUndefined();
    await page.locator(".top summary").click();
    await page.getByRole("button", { name: "Keys" }).click();
    await page.getByRole("checkbox", { name: "Keys of one letter" }).check();
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "hidden" });
    await page.keyboard.press("/");
    expect(await focused(page, "name")).toBe("search");
  });
});

it("moments are in the reader's own time too", async () => {
  const { page } = await openGuide({ timezoneId: "Europe/Berlin" });
  const said = "It dies at 2 Nov 2026, 12:00 UTC (2 Nov 2026, 13:00 in Berlin).";
  expect(await page.getByText("It dies at").textContent()).toBe(said);
  expect(await page.getByText("2 min. ago").first().getAttribute("title")).toBe(
    "2 Nov 2026, 11:58 UTC, 2 Nov 2026, 12:58 in Berlin",
  );
});

it("a page with a secret is empty once it is left", async () => {
  const { page } = await openGuide();
  expect(await page.getByLabel("Secret", { exact: true }).textContent()).toBe(SECRET);
  await page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))");
  expect(await page.evaluate("document.querySelector('main').childNodes.length")).toBe(0);
});

it("the hints of the scopes follow the choices without scripts", async () => {
  const { page } = await openGuide({ javaScriptEnabled: false });
  const hint = page.getByText("docker push needs read_registry too");
  expect(await hint.isVisible()).toBe(true);
  await page.getByRole("checkbox", { name: "read_registry" }).check();
  expect(await hint.isVisible()).toBe(false);
  const unmet = page.getByText("The chosen role cannot use it.");
  const shown = async (role: string) => {
    await page.getByLabel("Role of its bot").selectOption(role);
    return await unmet.filter({ visible: true }).count();
  };
  const roles = ["Guest", "Reporter", "Developer", "Maintainer", "Owner"];
  const counts: number[] = [];
  for (const role of roles) counts.push(await shown(role));
  expect(counts).toEqual([3, 2, 1, 0, 0]);
});
