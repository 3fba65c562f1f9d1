import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setCookieOf, type WebAnswer, type WebClient } from "../../support/web-client.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";

const TOKENS = "/team/app/-/settings/access_tokens";
const COOKIE = "keyside_secret";

let stage: WebStage;
beforeAll(async () => {
  stage = await startWebStage({ environment: { KEYSIDE_LOG_LEVEL: "trace" } });
});
afterAll(() => stage.service.stop());

/** Makes a token by the form; gives the answer, and where it leads. */
async function makeToken(client: WebClient, name = "ci-push"): Promise<{ answer: WebAnswer; page: string }> {
  const fields = { name, access_level: "30", expires_in: "90", scopes: ["read_registry", "write_registry"] };
  const answer = await client.post(TOKENS, fields);
  expect(answer.status).toBe(303);
  return { answer, page: answer.location ?? "" };
}

/** The secret on a page; undefined where there is none. */
function secretOn({ html }: WebAnswer): string | undefined {
  return /kspat-[A-Za-z0-9]+/.exec(html)?.[0];
}

describe("the secret of a token that was made by a form", () => {
  it("is on the page that the form leads to, and is taken away by that very answer", async () => {
    const client = await stage.clientOf("maintainer");
    const { answer, page } = await makeToken(client);
    expect(page).toMatch(/^\/team\/app\/-\/settings\/access_tokens\/\d+\/created$/);
    expect(secretOn(answer)).toBeUndefined();
    expect(setCookieOf(answer, COOKIE)).toEqual(
      expect.arrayContaining([`path=${page}`, "samesite=strict", "httponly"]),
    );

    const shown = await client.get(page);
    const secret = secretOn(shown) ?? "";
    expect((await stage.service.as(secret).get("/user")).status).toBe(403);
    expect(shown.headers["cache-control"]).toBe("no-store");
    expect(client.cookie(COOKIE)).toBeUndefined();

    const again = await client.get(page);
    expect(again).toMatchObject({ status: 200, html: expect.stringContaining("shown once") });
    expect(secretOn(again)).toBeUndefined();
  });

  it("is shown to no other session, at no other token's page, not once altered, and not after a minute", async () => {
    const client = await stage.clientOf("maintainer");
    const { page } = await makeToken(client);
    const { page: otherPage } = await makeToken(client.copy());
    const value = client.cookie(COOKIE) ?? "";
    const colleague = await stage.clientOf("administrator");
    const sameOtherSession = await stage.clientOf("maintainer");
    for (const thief of [colleague, sameOtherSession]) {
      thief.setCookie(COOKIE, value);
      const answer = await thief.get(page);
      expect(answer.status).toBe(200);
      expect(secretOn(answer)).toBeUndefined();
    }
    const elsewhere = client.copy();
    elsewhere.setCookie(COOKIE, value);
    expect(secretOn(await elsewhere.get(otherPage))).toBeUndefined();
    const altered = client.copy();
    altered.setCookie(COOKIE, `${value.slice(0, -2)}AA`);
    expect(secretOn(await altered.get(page))).toBeUndefined();

    stage.service.clock.advance({ seconds: 60 });
    const late = client.copy();
    expect(secretOn(await late.get(page))).toBeUndefined();
  });

  it("is in no log, no table and on no other page, and neither is the cookie that brings it", async () => {
    const client = await stage.clientOf("maintainer");
    const { page } = await makeToken(client, "nowhere else");
    const sealed = client.cookie(COOKIE) ?? "";
    const secret = secretOn(await client.get(page)) ?? "";
    expect(secret).not.toBe("");
    const id = /\/(\d+)\/created$/.exec(page)?.[1] ?? "";
    const pages = ["", "/new", `/new?from=${id}`, `/${id}`, `/${id}/rotate`, `/${id}/revoke`, `/${id}/first_use`];
    const texts = [
      ...(await Promise.all(pages.map(async (each) => (await client.get(`${TOKENS}${each}`)).html))),
      stage.service.logLines.join("\n"),
      JSON.stringify(await allRows(stage)),
    ];
    for (const text of texts) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(sealed);
    }
    // What was looked through is what is meant: the token is in it, by the end of its secret.
    expect(texts[0]).toContain(secret.slice(-4));
    expect(texts.at(-1)).toContain("nowhere else");
  });

  it("is a new one after a rotation, and shown once as well", async () => {
    const client = await stage.clientOf("maintainer");
    const { page } = await makeToken(client);
    const first = secretOn(await client.get(page));
    const rotation = await client.post(page.replace("/created", "/rotate"), { expires_in: "30", grace_period: "0" });
    expect(rotation.status).toBe(303);
    const second = secretOn(await client.get(rotation.location ?? ""));
    expect(second).toBeDefined();
    expect(second).not.toBe(first);
    expect(secretOn(await client.get(rotation.location ?? ""))).toBeUndefined();
  });
});

/** Everything in the database, as text. */
async function allRows({ service }: WebStage): Promise<unknown> {
  const em = service.container.database.em();
  const tables = await em.execute<{ name: string }[]>(
    "select table_name as name from information_schema.tables where table_schema = 'public'",
  );
  const parts = tables.map(({ name }) => `select string_agg(t::text, ',') as rows from "${name}" t`);
  return await em.execute(parts.join(" union all "));
}
