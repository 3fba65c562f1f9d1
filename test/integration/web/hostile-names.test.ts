import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOSTILE, renameAll } from "../../support/hostile-names.ts";
import { unescaped, WebClient } from "../../support/web-client.ts";
import { addressOf, isShown, PAGES } from "../../support/web-pages.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";
import { createGroup, createProject } from "../../support/world.ts";

/** What of a page may only ever be text: the beginning of any of the tags and attributes above. */
const MARKUP = /<script>|<img src=x|' onmouseover='|(?:href|action|src)="javascript:|<\/title><\/textarea>/;

/** Those who look at the pages. */
const LOOKERS = ["administrator", "maintainer"] as const;

let stage: WebStage;
/** What each of them may look at. It is made once, and renamed again and again. */
let pages: { looker: (typeof LOOKERS)[number]; page: string; address: string }[];
beforeAll(async () => {
  stage = await startWebStage();
  pages = [];
  for (const looker of LOOKERS) {
    for (const row of PAGES.filter((each) => isShown(each) && each.outcomes[looker] === 200))
      pages.push({ looker, page: row.page, address: (await addressOf(row, stage, looker)).address });
  }
});
afterAll(() => stage.service.stop());

describe("a name is text, wherever it is shown:", () => {
  it.each(Object.entries(HOSTILE))("%s", async (_kind, name) => {
    await renameAll(stage, name);
    let shown = 0;
    for (const looker of LOOKERS) {
      const client = await stage.clientOf(looker);
      for (const { page, address } of pages.filter((each) => each.looker === looker)) {
        const { status, html } = await client.get(address);
        expect([page, status, MARKUP.exec(html)]).toEqual([page, 200, null]);
        if (unescaped(html).includes(name)) shown += 1;
        // What turns the direction of text does so within its own element alone.
        for (const [, inner = ""] of html.matchAll(/<bdi>(.*?)<\/bdi>/gs)) expect(inner).not.toContain("<");
        if (name === HOSTILE["another direction"]) expect(outsideOfBdi(html)).not.toContain(name);
      }
    }
    // Else nothing was tested: the frame of each page has one's own name.
    expect(shown).toBeGreaterThan(8);
  });
});

/** The page without what stands in `bdi`, in attributes and in controls, none of which turns the text around it. */
function outsideOfBdi(html: string): string {
  return html.replaceAll(/<(bdi|textarea)\b.*?<\/\1>/gs, "").replaceAll(/"[^"]*"/g, "");
}

describe("what a form was sent with is text when it is shown again:", () => {
  it.each(Object.entries(HOSTILE))("%s", async (_kind, text) => {
    const client = new WebClient(stage.service.url);
    const { html } = await client.post("/-/sign_in", { username: text, password: text, return_to: `/${text}` });
    expect(MARKUP.exec(html)).toBeNull();
    if (text.length < 255) expect(unescaped(html)).toContain(text);
    const address = `/-/sign_in?return_to=${encodeURIComponent(`/x?${text}`)}`;
    expect(MARKUP.exec((await client.get(address)).html)).toBeNull();
  });

  it("and so is where a refused form came from", async () => {
    const client = new WebClient(stage.service.url);
    const { status, html } = await client.post("/-/sign_in", {}, { Origin: HOSTILE["a tag"] });
    expect([status, MARKUP.exec(html)]).toEqual([403, null]);
  });

  it("and so is what a browser calls itself", async () => {
    const client = new WebClient(stage.service.url);
    const { username, password } = stage.people.guest;
    const agent = "<script>alert(1)</script>\"' (X11) Firefox/1";
    await client.post("/-/sign_in", { username, password }, { "Sec-Fetch-Site": "same-origin", "User-Agent": agent });
    const { html } = await client.get("/-/user_settings/active_sessions");
    expect(MARKUP.exec(html)).toBeNull();
  });
});

describe("a project of a hostile name", () => {
  it("is a row like others", async () => {
    const group = await createGroup(stage.service, "harbour");
    for (const [index, name] of Object.values(HOSTILE).entries())
      await createProject(stage.service, group, `p${index}`, { name });
    const client = new WebClient(stage.service.url);
    const root = await stage.service.root.get("/user");
    const { body } = await stage.service.root.post(`/users/${root.body.id}/sign_in_links`, {});
    await client.post("/-/sign_in_link", { token: new URL(body.url).searchParams.get("token") ?? "" });
    const { html } = await client.get("/");
    expect(MARKUP.exec(html)).toBeNull();
    for (const name of Object.values(HOSTILE)) expect(unescaped(html)).toContain(name);
  });
});
