import axe, { type AxeResults } from "axe-core";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openContext, openPage } from "../../support/browser.ts";
import { HOSTILE, renameAll } from "../../support/hostile-names.ts";
import { findChromium } from "../../support/requirements.ts";
import { addressOf, isShown, PAGES, type PageRow } from "../../support/web-pages.ts";
import { type Role, startWebStage, type WebStage } from "../../support/web-stage.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** A theme is other colours, and nothing else. */
const OF_COLOURS = ["color-contrast", "link-in-text-block"];
/** A narrow page is the same page, laid out otherwise. */
const OF_LAYOUT = ["target-size", "scrollable-region-focusable", "css-orientation-lock"];
/** What is looked at: each of the ways with the rules that can come out otherwise in it. */
const WAYS = [
  { width: 1280, colorScheme: "light", runOnly: { type: "tag", values: RULES } },
  { width: 1280, colorScheme: "dark", runOnly: { type: "rule", values: OF_COLOURS } },
  { width: 390, colorScheme: "light", runOnly: { type: "rule", values: OF_LAYOUT } },
] as const;
const HEIGHT = 900;
/** The narrowest that a page has to fit, and what a wide window is at 400 %. @see WCAG 2.2, 1.4.10 */
const NARROWEST = 320;

/** All names on all pages are this one: whatever a browser would do of it, its policy tells, or the layout shows. */
const HOSTILE_NAME = (["a tag", "an attribute", "a closing title", "an address", "another direction"] as const)
  .map((kind) => HOSTILE[kind])
  .join(" ");

const chromium = await findChromium();
beforeEach(({ skip }) => skip(!chromium.found, chromium.want));

let stage: WebStage;
const contexts = new Map<Role, Promise<BrowserContext>>();
beforeAll(async () => {
  if (!chromium.found) return;
  stage = await startWebStage();
  await renameAll(stage, HOSTILE_NAME);
});
afterAll(async () => {
  for (const context of contexts.values()) await (await context).close();
  await stage?.service.stop();
});

/** The browser of somebody in a role; one for all tests. */
function contextOf(role: Role): Promise<BrowserContext> {
  const known = contexts.get(role) ?? signedInContext(role);
  contexts.set(role, known);
  return known;
}

async function signedInContext(role: Role): Promise<BrowserContext> {
  const context = await openContext();
  const value = (await stage.clientOf(role)).cookie("keyside");
  if (value !== undefined) await context.addCookies([{ name: "keyside", value, url: stage.service.url }]);
  return context;
}

/** Takes from a page its heading, a control's name, its contrast in dark, the size of its buttons, and the breaking of its lines. */
const SPOIL = `
  const title = document.querySelector("h1");
  title.setAttribute("role", "none");
  title.textContent = "x".repeat(500);
  document.querySelector("summary").replaceChildren();
  const style = new CSSStyleSheet();
  style.replaceSync("h1 { overflow-wrap: normal } .acts { gap: 0 } .acts .btn { font: 4px/4px serif; padding: 0; border: 0 } @media (prefers-color-scheme: dark) { .sub { color: #222 } }");
  document.adoptedStyleSheets = [style];`;

/** Looks at the page in all ways. */
async function inspect(page: Page): Promise<string[]> {
  const found: string[] = [];
  await page.evaluate(axe.source);
  for (const { width, colorScheme, runOnly } of WAYS) {
    await page.setViewportSize({ width, height: HEIGHT });
    await page.emulateMedia({ colorScheme });
    const options = JSON.stringify({ runOnly, resultTypes: ["violations"] });
    const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${options})`);
    for (const { id, help, nodes } of violations)
      found.push(...nodes.map(({ html }) => `${width} ${colorScheme}: ${id}: ${help}: ${html}`));
  }
  await page.setViewportSize({ width: NARROWEST, height: HEIGHT });
  const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
  if (overflow > 0) found.push(`${NARROWEST}: scrolls sideways by ${overflow}`);
  return found;
}

/** Opens an address and looks at what is there. */
async function look(role: Role, address: string, prepare = (_page: Page) => Promise.resolve()): Promise<unknown[]> {
  const { page, problems } = await openPage(await contextOf(role));
  await page.goto(`${stage.service.url}${address}`);
  await prepare(page);
  // Before axe brings scripts of its own.
  const before = [...problems];
  const found = await inspect(page);
  await page.close();
  return [...before, ...found];
}

/** Who looks at a page: the first of these who may. */
const lookerOf = ({ outcomes }: PageRow) =>
  (["maintainer", "administrator", "anonymous"] as const).find((role) => outcomes[role] === 200);

/** Where pages are declared once for several places, those of one place are looked at. */
const DECLARED_TWICE = [
  /\/(?:personal_access_tokens|admin\/access_tokens)\/./,
  /\/group_members\/./,
  // All of them ask in the words of one template.
  /\/admin\/users\/:user_id\/(?:unblock|make_administrator|take_administrator|sign_in_link)$/,
];

function isDeclaredTwice({ page }: PageRow): boolean {
  return DECLARED_TWICE.some((pattern) => pattern.test(page));
}

describe("a page breaks no rule of accessibility, keeps its policy, and fits, light and dark, wide and narrow:", () => {
  const rows = PAGES.filter((row) => isShown(row) && !isDeclaredTwice(row)).map((row, place) => ({
    row,
    name: `${place + 1}. ${row.page}`,
  }));
  it.each(rows)("$name", async ({ row }) => {
    const role = lookerOf(row);
    if (role === undefined) throw new Error(`nobody may see ${row.page}`);
    expect(await look(role, (await addressOf(row, stage, role)).address)).toEqual([]);
  });

  it("one that does not exist", async () => {
    expect(await look("maintainer", "/-/nothing")).toEqual([]);
  });

  it("one with its menu open, and with what was just done", async () => {
    const found = await look("maintainer", "/-/user_settings/profile", async (page) => {
      await page.getByRole("button", { name: "Save profile" }).click();
      await page.getByRole("status").waitFor();
      await page.locator("summary").click();
    });
    expect(found).toEqual([]);
  });

  it("one that is sent while it is made, and what it leaves on the others", async () => {
    const found = await look("administrator", "/admin/registry", async (page) => {
      await page.getByRole("button", { name: "Run the checks" }).click();
      await page.getByRole("link", { name: "Back to the registry" }).waitFor();
    });
    expect(found).toEqual([]);
    for (const address of ["/", "/admin", "/admin/registry"]) expect(await look("administrator", address)).toEqual([]);
  });

  it("a form with problems", async () => {
    const found = await look("maintainer", "/-/user_settings/password", async (page) => {
      await page.evaluate("document.querySelector('main form').noValidate = true");
      await page.getByRole("button", { name: "Change password" }).click();
      await page.getByRole("alert").waitFor();
    });
    expect(found).toEqual([]);
  });

  it("and one that does is told of", async () => {
    const found = await look("maintainer", "/", async (page) => {
      await page.evaluate(SPOIL);
    });
    expect(found).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^1280 light: page-has-heading-one/),
        expect.stringMatching(/^1280 light: summary-name/),
        expect.stringMatching(/^1280 dark: color-contrast/),
        expect.stringMatching(/^390 light: target-size/),
        expect.stringMatching(/^320: scrolls sideways/),
      ]),
    );
  });
});
