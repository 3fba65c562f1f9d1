import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebClient } from "../../support/web-client.ts";
import { boundPages, PAGES } from "../../support/web-pages.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";

let stage: WebStage;
beforeAll(async () => {
  stage = await startWebStage();
});
afterAll(() => stage.service.stop());

/** What must never be told of the inside. */
const LEAKS = /node_modules|\.ts\b|\bat \w+ \(|select |insert |postgres|pglite|\bsql\b|ECONN|Error:/i;

const newClient = () => new WebClient(stage.service.url);

/** Holds an answer to what every error page is: of that status, in the frame, with a way on and the request's id, which the log has too. */
function expectErrorPage(answer: Awaited<ReturnType<WebClient["get"]>>, status: number): void {
  expect([answer.status, answer.headers["content-type"]]).toEqual([status, "text/html; charset=utf-8"]);
  expect(answer.headers["cache-control"]).toBe("no-store");
  expect(answer.headers["content-security-policy"]).toContain("default-src 'none'");
  expect(answer.html).toContain('href="/">Go to the start page</a>');
  expect(answer.html.match(/<h1>/g)).toHaveLength(1);
  expect(answer.html).not.toMatch(LEAKS);
  const id = /Request <code>([^<]+)<\/code>/.exec(answer.html)?.[1] ?? "none";
  expect(answer.headers["x-request-id"]).toBe(id);
  expect(stage.service.logLines.some((line) => line.includes(id))).toBe(true);
}

describe("an error is a page:", () => {
  it("400 for a form that cannot be read", async () => {
    const client = await stage.clientOf("guest");
    const headers = { "Sec-Fetch-Site": "same-origin", Accept: "text/html" };
    const send = (type: string, body: string | Buffer) =>
      client.send("POST", "/-/user_settings/profile", { ...headers, "Content-Type": type }, body);
    expectErrorPage(await send("application/x-www-form-urlencoded", "name=%zz"), 400);
    expectErrorPage(await send("application/x-www-form-urlencoded", "name=%ff"), 400);
    expectErrorPage(await send("application/json", '{"name":"x"}'), 400);
    expectErrorPage(await send("text/plain", "name=x"), 400);
    expectErrorPage(await send("multipart/form-data; boundary=x", "--x--"), 400);
  });

  it("403 for a form from elsewhere", async () => {
    const client = await stage.clientOf("guest");
    expectErrorPage(await client.post("/-/user_settings/profile", { name: "x" }, {}), 403);
  });

  it("404 for what does not exist, which whoever is not signed in is led to sign in for", async () => {
    const client = await stage.clientOf("guest");
    for (const path of [
      "/-/nothing",
      "/nobody/nothing",
      "/?page=0",
      "/?page=x",
      "/-/user_settings/active_sessions?page=-1",
    ])
      expectErrorPage(await client.get(path), 404);
    const { status, location } = await newClient().get("/nobody/nothing?a=b");
    expect([status, location]).toEqual([303, "/-/sign_in?return_to=%2Fnobody%2Fnothing%3Fa%3Db"]);
  });

  it("413 for a form that is too large, said before it is read or while it is", async () => {
    const client = await stage.clientOf("guest");
    const large = { name: "x".repeat(256 * 1024) };
    expectErrorPage(await client.post("/-/user_settings/profile", large), 413);
    const chunked = { "Sec-Fetch-Site": "same-origin", "Transfer-Encoding": "chunked" };
    expectErrorPage(await client.post("/-/user_settings/profile", large, chunked), 413);
  });

  it("422 for a form that no page of ours shows again", async () => {
    const client = await stage.clientOf("guest");
    expectErrorPage(await client.post("/-/user_settings/theme", { theme: "pink" }), 422);
    const many = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`name${index}`, "x"]));
    expectErrorPage(await client.post("/-/user_settings/profile", many), 422);
  });

  it("500 for a fault of ours, of which it tells nothing", async () => {
    const client = await stage.clientOf("guest");
    const query = vi.spyOn(stage.service.container.database, "em").mockImplementation(() => {
      throw new Error("select secret from node_modules");
    });
    const answer = await client.get("/");
    query.mockRestore();
    expectErrorPage(answer, 500);
  });
});

describe("a form with a problem", () => {
  it("is 422, and begins with the problem, which has the focus and leads to the field that it describes", async () => {
    const client = await stage.clientOf("guest");
    const { status, html } = await client.post("/-/user_settings/profile", { name: "" });
    expect(status).toBe(422);
    expect(html).toMatch(/<div class="errors"[^>]* role="alert" tabindex="-1" autofocus>/);
    expect(html.indexOf('<div class="errors"')).toBeLessThan(html.indexOf("<form class"));
    expect(html).toMatch(/<input id="name"[^>]* aria-invalid="true" aria-describedby="name-problem"/);
    expect(html).toContain('<p class="wrong" id="name-problem">');
  });
});

describe("methods that a page does not have", () => {
  it("are refused, and what it has is named", async () => {
    const client = await stage.clientOf("guest");
    for (const [path, allowed] of [
      ["/", "GET, HEAD, OPTIONS"],
      ["/-/sign_out", "OPTIONS, POST"],
      ["/-/sign_in", "GET, HEAD, OPTIONS, POST"],
    ] as const) {
      const { status, headers } = await client.send("DELETE", path, { "Sec-Fetch-Site": "same-origin" });
      expect([path, status, headers["allow"]]).toEqual([path, 405, allowed]);
    }
  });

  it("are none that a page has without its form: looking at what a form does is 404, and does nothing", async () => {
    const client = await stage.clientOf("administrator");
    const shown = new Set(boundPages(stage).flatMap(({ name }) => (name.startsWith("GET ") ? [name.slice(4)] : [])));
    const before = await stage.contents();
    for (const { page } of PAGES) {
      const path = page.slice("POST ".length);
      if (!page.startsWith("POST ") || shown.has(path)) continue;
      expect([page, (await client.get(path.replaceAll(/:\w+/g, "1"))).status]).toEqual([page, 404]);
    }
    expect(await stage.contents()).toEqual(before);
  });
});

describe("programs", () => {
  it.each([
    ["/api/v4/nothing", "text/html", 404],
    ["/api/v4/user", "text/html", 401],
    ["/jwt/nothing", "text/html", 404],
    ["/registry/nothing", "text/html", 404],
    ["/v2/", "text/html", 404],
    ["/.well-known/nothing", "text/html", 404],
    ["/nothing", "application/json", 404],
    ["/nothing", "*/*", 404],
    ["/nothing", "", 404],
  ])("still get JSON: %s with Accept: %s", async (path, accept, status) => {
    const answer = await newClient().send("GET", path, accept === "" ? {} : { Accept: accept });
    expect([answer.status, answer.headers["content-type"]]).toEqual([
      status,
      expect.stringMatching(/^application\/json/),
    ]);
    expect(JSON.parse(answer.html)).toBeTypeOf("object");
  });
});
