/** The whole life of a token, as a new user has it: npm start, the printed link, a browser, and the real docker. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { openContext, openPage } from "../../support/browser.ts";
import { DockerCommand } from "../../support/docker-command.ts";
import { newInstance, npmStart, signInLink } from "../../support/npm-start.ts";
import { findChromium, findImage } from "../../support/requirements.ts";
import { type Environment, runToEnd } from "../../support/running-command.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";

const chromium = await findChromium();
const registryImage = await findImage("registry:2");

/** What a life is lived with. */
interface Living {
  readonly instance: Awaited<ReturnType<typeof newInstance>>;
  readonly page: Page;
  readonly hasScripts: boolean;
}

describe("the life of a token, from npm start to its end", () => {
  it("is lived in a browser, with scripts and without", { timeout: 480_000 }, async ({ skip }) => {
    skip(!chromium.found, chromium.want);
    skip(!registryImage.found, registryImage.want);
    const instance = await newInstance(await scratchDirectory());
    const running = await npmStart(instance);
    const printed = signInLink(running.output);
    for (const hasScripts of [true, false]) {
      const context = await openContext({ javaScriptEnabled: hasScripts });
      const { page, problems } = await openPage(context);
      await page.goto(hasScripts ? printed.href : await anotherLink(instance, printed));
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { level: 1, name: "Access tokens" }).waitFor();
      await live({ instance, page, hasScripts }, hasScripts ? "ci-push" : "ci-plain");
      expect(problems).toEqual([]);
      await context.close();
    }
    running.signal("SIGINT");
    expect(await running.ended).toBe(0);
  });
});

async function live(living: Living, name: string): Promise<void> {
  const { instance, page, hasScripts } = living;
  const registry = new URL(instance.REGISTRY_URL).host;
  const image = `${registry}/demo/app/${name}:1`;
  const person = await DockerCommand.create();
  const login = (password: string) => person.login(registry, { username: "anybody", password });

  // It is made from a preset, and its secret is on the page.
  await page.getByRole("link", { name: "New token" }).click();
  await page.getByRole("link", { name: "CI push" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Create token" }).click();
  const secret = await page.locator("#secret").innerText();
  expect(secret).toMatch(/^kspat-/);
  await expectText(page, "Not used yet.");

  // The real docker logs in with it, pushes and pulls.
  expect(await login(secret)).toMatchObject({ code: 0, stdout: expect.stringContaining("Login Succeeded") });
  expect(await person.pushNew(image)).toMatchObject({ code: 0 });
  expect(await person.pullAnew(image)).toMatchObject({ code: 0 });

  // The page tells of the first use, by itself or when it is looked at again; the secret is shown no second time.
  if (!hasScripts) {
    await page.getByRole("link", { name: "Look again" }).click();
    await reloadUntil(page, /Used .* by docker/);
  }
  await expectText(page, /Used .* by docker/);
  await expectNowhere(living, secret);

  // Rotated with a grace, both secrets work, and the list shows both.
  await openTokens(living);
  await reloadUntil(page, new RegExp(`(?:pushed|pulled) ${name}`));
  await page.getByRole("link", { name: `Rotate ${name}` }).click();
  await page.getByLabel("1 hour more").check();
  await page.getByRole("button", { name: `Rotate ${name}` }).click();
  const newer = await page.locator("#secret").innerText();
  expect(newer).not.toBe(secret);
  for (const each of [secret, newer]) expect(await login(each)).toMatchObject({ code: 0 });
  await openTokens(living);
  await expectText(page, /Old secret …\w{4} ends in/);

  // Revoked, neither works any more.
  await page.getByRole("link", { name: `Revoke ${name}` }).click();
  await expectText(page, "Its bot user");
  await page.getByRole("button", { name: `Revoke ${name}` }).click();
  await expectText(page, "The token is revoked.");
  for (const each of [secret, newer]) {
    expect(await login(each)).toMatchObject({ code: 1, stderr: expect.stringMatching(/unauthorized|denied/) });
  }
  await page.getByRole("link", { name: /inactive$/ }).click();
  await expectText(page, name);
}

/** A link as the printed one, which is used up, made by the command line. */
async function anotherLink(instance: Environment, printed: URL): Promise<string> {
  const { stdout } = await runToEnd(["npx", "keyside", "user", "sign-in-link", "root"], { environment: instance });
  const link = new URL(stdout.trim());
  link.searchParams.set("return_to", printed.searchParams.get("return_to") ?? "");
  return link.href;
}

async function openTokens({ instance, page }: Living): Promise<void> {
  await page.goto(`${instance.KEYSIDE_URL}/demo/app/-/settings/access_tokens`);
}

async function expectText(page: Page, text: string | RegExp): Promise<void> {
  await page.getByText(text).first().waitFor();
}

/** Loads the page anew until it says something: the registry reports when it has the time. */
async function reloadUntil(page: Page, text: RegExp): Promise<void> {
  while (!text.test(await page.locator("main").innerText())) await page.reload();
}

/** Another tab, Back and a reload: the secret is on none of them. */
async function expectNowhere(living: Living, secret: string): Promise<void> {
  const { page, hasScripts } = living;
  if (hasScripts) {
    const other = await page.context().newPage();
    await other.goto(page.url());
    await expectText(other, "The secret was shown once");
    expect(await other.content()).not.toContain(secret);
    await other.close();
    await openTokens(living);
    await page.goBack();
    await expectText(page, "The secret was shown once");
  }
  expect(await page.content()).not.toContain(secret);
  await page.reload();
  expect(await page.content()).not.toContain(secret);
}
