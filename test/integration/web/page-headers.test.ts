import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROJECT_DIRECTORY } from "../../support/running-command.ts";
import { WebClient } from "../../support/web-client.ts";
import { addressOf, isForm, isShown, PAGES } from "../../support/web-pages.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";

let stage: WebStage;
beforeAll(async () => {
  stage = await startWebStage();
});
afterAll(() => stage.service.stop());

/** The policy, as the rules have it. @see docs/spec/web.md "What it is made of" */
function policyOfTheRules(): string {
  const rules = readFileSync(join(PROJECT_DIRECTORY, "docs/spec/web.md"), "utf8");
  const [, policy = ""] = /^- Policy: `([^`]*)`/m.exec(rules) ?? [];
  return policy.replaceAll(/\s+/g, " ");
}

describe("the headers of every page", () => {
  const pages = PAGES.filter((row) => !isForm(row)).map((row, place) => ({ row, name: `${place + 1}. ${row.page}` }));
  it.each(pages)("let it do nothing but what the rules say: $name", async ({ row }) => {
    const client = await stage.clientOf("administrator");
    const { headers } = await client.get((await addressOf(row, stage, "administrator")).address);
    expect(directives(headers["content-security-policy"])).toEqual(directives(policyOfTheRules()));
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "same-origin",
      "x-content-type-options": "nosniff",
      "x-frame-options": expect.stringMatching(/^(?:DENY|SAMEORIGIN)$/),
    });
    expect(headers["strict-transport-security"]).toBeUndefined();
    expect(headers["x-powered-by"]).toBeUndefined();
  });

  it("are those of redirects and of refused forms too", async () => {
    const client = new WebClient(stage.service.url);
    for (const { headers } of [await client.get("/"), await client.post("/-/sign_out", {}, {})]) {
      expect(directives(headers["content-security-policy"])).toEqual(directives(policyOfTheRules()));
      expect(headers["cache-control"]).toBe("no-store");
    }
  });
});

/** The directives of a policy, whose order means nothing. */
function directives(policy: string | string[] | undefined): string[] {
  return String(policy)
    .split(";")
    .map((directive) => directive.trim())
    .sort();
}

describe("what a page consists of", () => {
  it("is text and addresses of ours: no inline script or style, no handler, no foreign host", async () => {
    for (const row of PAGES.filter(isShown)) {
      const client = await stage.clientOf("administrator");
      const { html } = await client.get((await addressOf(row, stage, "administrator")).address);
      expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?! type="module" src="\/)|javascript:|<base|<iframe/i);
      const addresses = Array.from(html.matchAll(/\s(?:href|src|action|formaction)="([^"]*)"/g), ([, to]) => to ?? "");
      expect(addresses.filter((address) => !/^(?:\/(?!\/)|#)/.test(address))).toEqual([]);
      expect(html.length, row.page).toBeLessThan(60 * 1024);
    }
  });
});

describe("a file that pages use", () => {
  const files = readdirSync(join(PROJECT_DIRECTORY, "src/web/assets"));

  /** The address below which a page has its files. */
  async function root(): Promise<string> {
    const { html } = await new WebClient(stage.service.url).get("/-/sign_in");
    return /href="(\/-\/assets\/[0-9a-f]{64}\/)style\.css"/.exec(html)?.[1] ?? "none";
  }

  const TYPES: Readonly<Record<string, RegExp>> = {
    css: /^text\/css/,
    js: /^(?:text|application)\/javascript/,
    svg: /^image\/svg\+xml/,
  };

  it.each(files)("is kept by browsers for a year, as what it is: %s", async (file) => {
    const { status, headers, html } = await new WebClient(stage.service.url).get(`${await root()}${file}`);
    expect(status).toBe(200);
    expect(html).toBe(readFileSync(join(PROJECT_DIRECTORY, "src/web/assets", file), "utf8"));
    expect(headers["cache-control"]).toBe("max-age=31536000,immutable");
    expect(headers["content-type"]).toMatch(TYPES[file.split(".").at(-1) ?? ""] ?? /^never$/);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["set-cookie"]).toBeUndefined();
  });

  it("is not kept where its address is another version's", async () => {
    const { status, headers } = await new WebClient(stage.service.url).get(`/-/assets/${"0".repeat(64)}/style.css`);
    expect([status, headers["cache-control"]]).toEqual([200, "no-cache"]);
  });

  it.each([
    ["../page.js"],
    ["..%2fpage.js"],
    ["..%2f..%2fpages.ts"],
    ["%2e%2e%2fpages.ts"],
    ["..%5cpages.ts"],
    ["%00style.css"],
    ["style.css%00"],
    ["nothing.css"],
    ["STYLE.CSS"],
    ["style.css/"],
    [".hidden"],
    [""],
    ["%zz"],
  ])("that there is none of is nothing: %j", async (name) => {
    // A program's request, whose address no browser has tidied.
    const { status, html } = await new WebClient(stage.service.url).send("GET", `${await root()}${name}`, {});
    expect([400, 403, 404]).toContain(status);
    expect(html).not.toMatch(/import|:root/);
  });

  it("is only read", async () => {
    const client = new WebClient(stage.service.url);
    const address = `${await root()}style.css`;
    const head = await client.send("HEAD", address, {});
    expect([head.status, head.html]).toEqual([200, ""]);
    for (const method of ["POST", "PUT", "DELETE"])
      expect((await client.send(method, address, { "Sec-Fetch-Site": "same-origin" })).status).toBe(404);
  });
});
