/**
 * Debian's Chromium, driven by playwright-core: one for all tests of a process, which ends with it. Each test has a context of
 * its own in it, with its own cookies. requirements.ts tells whether it is there.
 */
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { CHROMIUM } from "./requirements.ts";

/** A name of this machine that browsers do not take for a secure context, as they do `localhost` and its addresses. */
export const PLAIN_HOST = "keyside.test";

let running: Promise<Browser> | undefined;

/** Opens a context, which the test closes. */
export async function openContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
  running ??= chromium.launch({
    executablePath: CHROMIUM,
    // Playwright turns it off, but people have it: it may show what the page was when they left it.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
    args: [`--host-resolver-rules=MAP ${PLAIN_HOST} 127.0.0.1`],
    // Root has no sandbox, and is whom a container runs tests as.
    chromiumSandbox: process.getuid?.() !== 0,
  });
  return await (await running).newContext(options);
}

/** Tells the console what the page was kept from by its policy. */
const REPORT_VIOLATIONS = `addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
  console.error("policy:", violatedDirective, blockedURI, sourceFile, lineNumber));`;

/** A statement of Chromium's about an answer that is an error, of which the test knows. */
const ABOUT_STATUS = /^Failed to load resource: the server responded with a status of \d+/;

/**
 * Opens a page in a context, and gives the list, which grows, of what went wrong in it: errors and warnings in its console,
 * what its scripts threw, what its policy refused.
 */
export async function openPage(context: BrowserContext): Promise<{ page: Page; problems: readonly string[] }> {
  const problems: string[] = [];
  const page = await context.newPage();
  await page.addInitScript({ content: REPORT_VIOLATIONS });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    const isProblem = ["error", "warning"].includes(message.type()) && !ABOUT_STATUS.test(message.text());
    if (isProblem) problems.push(`${page.url()}: ${message.text()}`);
  });
  return { page, problems };
}
