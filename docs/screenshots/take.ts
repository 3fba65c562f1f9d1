/**
 * `npm run screenshots`: takes every page four ways, light and dark, wide and narrow, from a service of its own with sample
 * data. `npm run screenshots -- DIRECTORY` takes them into a directory, `-- DIRECTORY NAME...` those alone.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium } from "playwright-core";
import { BEGINNING, makeSample } from "./sample.ts";
import { ROOT_PASSWORD, startSampleService } from "./sample-service.ts";
import { SHOTS, type Shot, type Viewer } from "./shots.ts";

/** The sizes of the window, in pixels; a page is shown to its end. */
const SIZES = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } };

const SCHEMES = ["light", "dark"] as const;

type SignedIn = NonNullable<BrowserContextOptions["storageState"]>;

const [target, ...names] = process.argv.slice(2);
const unknown = names.filter((name) => !SHOTS.some((shot) => shot.name === name));
if (unknown.length > 0) throw new Error(`no page is called ${unknown.join(", ")}; shots.ts has their names`);
const directory = target ?? (await mkdtemp(join(tmpdir(), "keyside-screenshots-")));
await mkdir(directory, { recursive: true });
const scratch = await mkdtemp(join(tmpdir(), "keyside-sample-"));
try {
  await takeAll(SHOTS.filter(({ name }) => names.length === 0 || names.includes(name)));
} finally {
  await rm(scratch, { recursive: true });
}
process.stdout.write(`${directory}\n`);

async function takeAll(shots: readonly Shot[]): Promise<void> {
  const service = await startSampleService(scratch, BEGINNING);
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    const { mira } = await makeSample(service);
    const viewers: Readonly<Record<Viewer, SignedIn | undefined>> = {
      nobody: undefined,
      mira: await signIn(browser, service.url, mira.username, mira.password),
      root: await signIn(browser, service.url, "root", ROOT_PASSWORD),
    };
    for (const shot of shots) await takeFourWays(browser, service.url, viewers[shot.as ?? "mira"], shot);
  } finally {
    await browser.close();
    await service.stop();
  }
}

async function signIn(browser: Browser, url: string, username: string, password: string): Promise<SignedIn> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${url}/-/sign_in`);
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Account of").waitFor({ state: "attached" });
  const state = await context.storageState();
  await context.close();
  return state;
}

async function takeFourWays(browser: Browser, url: string, viewer: SignedIn | undefined, shot: Shot): Promise<void> {
  for (const colorScheme of SCHEMES) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      const signedIn = viewer === undefined ? {} : { storageState: viewer };
      const context = await browser.newContext({ ...signedIn, colorScheme, viewport, locale: "en-GB" });
      const page = await context.newPage();
      await page.goto(url + shot.path);
      await shot.prepare?.(page);
      await page.screenshot({ path: join(directory, `${shot.name}-${size}-${colorScheme}.png`), fullPage: true });
      await context.close();
    }
  }
}
