import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type User,
} from "../../support/world.ts";

let service: TestService;
let ann: User;
let team: number;
let app: number;
let bot: ProjectAccessToken;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  team = await createGroup(service, "team");
  app = await createProject(service, team, "app");
  ann = await createUser(service, "ann");
  bot = await createProjectAccessToken(service, app);
});
afterAll(() => service.stop());

const LEAKS = /node_modules|\.ts\b|\bat \w+ \(|insert into|postgres|pglite/i;
const UNAUTHORIZED = { message: "401 Unauthorized" };

describe("a call of the API", () => {
  it("takes the secret in PRIVATE-TOKEN or as Bearer", async () => {
    const anonymous = service.as(undefined);
    const bearers = [`Bearer ${ann.secret}`, `bearer ${ann.secret}`];
    expect((await ann.client.get("/user")).body).toMatchObject({ username: "ann" });
    for (const Authorization of bearers) {
      expect(await anonymous.call("GET", "/user", undefined, { Authorization })).toMatchObject({
        status: 200,
        body: { username: "ann" },
      });
    }
  });

  it.each([
    ["no token", {}],
    ["an empty token", { "PRIVATE-TOKEN": "" }],
    ["an unknown token", { "PRIVATE-TOKEN": "kspat-000000000000000000000000000000000000" }],
    ["a mistyped token", { "PRIVATE-TOKEN": "hello" }],
    ["NUL in a token", { "PRIVATE-TOKEN": "a%00" }],
    ["an empty Bearer", { Authorization: "Bearer" }],
    ["Basic", { Authorization: `Basic ${Buffer.from("root:correct horse battery staple").toString("base64")}` }],
  ])("answers 401 with a challenge to %s", async (_what, headers) => {
    const answer = await service.as(undefined).call("GET", "/user", undefined, headers);
    expect(answer).toMatchObject({ status: 401, body: UNAUTHORIZED });
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer /);
  });

  it("tells the bearer of an expired token that it expired", async () => {
    const { secret } = await createProjectAccessToken(service, app, { expires_at: "2026-11-03" });
    service.clock.set(new Date("2026-11-03T00:00:00Z"));
    const answer = await service.as(secret).get("/user");
    service.clock.set(new Date("2026-11-02T12:00:00Z"));
    expect(answer).toMatchObject({
      status: 401,
      body: { error: "invalid_token", error_description: expect.stringMatching(/expired/i) },
    });
  });

  it("is refused for a blocked user as for an unknown token", async () => {
    const { id, secret } = await createUser(service, "leaver");
    await service.container.database.em().execute("update users set state = 'blocked' where id = ?", [id]);
    expect(await service.as(secret).get("/user")).toMatchObject({ status: 401, body: UNAUTHORIZED });
  });

  it("reads with read_api and writes with api alone", async () => {
    const reader = service.as((await createUser(service, "reader", { scopes: ["read_api"] })).secret);
    expect((await reader.get("/user")).status).toBe(200);
    expect(await reader.post("/projects", { path: "mine" })).toMatchObject({
      status: 403,
      body: { error: "insufficient_scope", error_description: expect.any(String), scope: "api" },
    });
    const puller = service.as(
      (await createUser(service, "puller", { scopes: ["read_registry", "write_registry"] })).secret,
    );
    expect(await puller.get("/user")).toMatchObject({ status: 403, body: { error: "insufficient_scope" } });
  });

  it("authenticates before it looks at the body", async () => {
    expect(await service.as(undefined).call("POST", "/projects", "{nonsense")).toMatchObject({
      status: 401,
      body: UNAUTHORIZED,
    });
  });

  it("has an id in its answer, for the log", async () => {
    expect((await ann.client.get("/user")).headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("a body", () => {
  const json = { "Content-Type": "application/json" };
  const form = { "Content-Type": "application/x-www-form-urlencoded" };
  const post = (body: string, headers: Record<string, string>) => service.root.call("POST", "/groups", body, headers);

  it.each([
    ["that is not JSON", "{nonsense", json, 400],
    ["that is an array", "[]", json, 400],
    ["that is a text", '"name"', json, 400],
    ["that reaches for a prototype", '{"name":"P","path":"p","__proto__":{"admin":true}}', json, 400],
    ["that is null", "null", json, 400],
    ["that is empty, for a call that needs one", "", json, 400],
    ["of another type", "<name/>", { "Content-Type": "application/xml" }, 415],
    ["without a type that means anything", "name=x", { "Content-Type": "nonsense" }, 415],
    ["in an encoding that nobody knows", "{}", { ...json, "Content-Encoding": "rot13" }, 415],
    ["in an encoding that it is not in", "{}", { ...json, "Content-Encoding": "gzip" }, 400],
    ["in a charset that nobody knows", "{}", { "Content-Type": "application/json; charset=klingon" }, 400],
    ["larger than a megabyte", JSON.stringify({ name: "a".repeat(1_100_000), path: "a" }), json, 413],
    ["larger than a megabyte, as a form", `name=${"a".repeat(1_100_000)}`, form, 413],
    [
      "of a thousand form parameters too many",
      Array.from({ length: 5000 }, (_, index) => `a${index}=1`).join("&"),
      form,
      400,
    ],
  ])("%s is refused, and nothing of ours is told", async (_what, body, headers, status) => {
    const answer = await post(body, headers);
    expect({ status: answer.status, text: JSON.stringify(answer.body) }).toMatchObject({
      status,
      text: expect.not.stringMatching(LEAKS),
    });
    expect(answer.body).toEqual({ error: expect.any(String) });
  });

  it("may be null for a call that needs none: GitLab's client for Go sends it", async () => {
    const { body: token } = await ann.client.post("/user/personal_access_tokens", { name: "go", scopes: ["api"] });
    const rotate = (body: string) => service.as(token.token).call("POST", "/personal_access_tokens/self/rotate", body);
    expect((await rotate("0")).status).toBe(400);
    expect((await rotate("false")).status).toBe(400);
    expect(await rotate("null")).toMatchObject({ status: 200, body: { name: "go" } });
  });

  it("may be a form", async () => {
    expect(await post("name=Form&path=by-form&unknown=1", form)).toMatchObject({
      status: 201,
      body: { full_path: "by-form" },
    });
  });

  it("may have a charset", async () => {
    const answer = await post(JSON.stringify({ name: "Ä", path: "by-charset" }), {
      "Content-Type": "application/json; charset=utf-8",
    });
    expect(answer).toMatchObject({ status: 201, body: { name: "Ä" } });
  });

  it("may hold parameters that we do not know", async () => {
    const answer = await post('{"name":"P","path":"unknown","skip_confirmation":true}', json);
    expect(answer.status).toBe(201);
  });
});

describe("an address", () => {
  it.each([
    ["/nonsense", 404],
    ["/projects/nowhere", 404],
    ["/projects/team%2Fnowhere", 404],
    ["/projects/99999999", 404],
    ["/projects/99999999999999999999", 404],
    ["/projects/a%00b", 400],
    ["/projects/%ff", 404],
    ["/projects/%", 404],
    ["/projects/team%2F..%2Fapp", 404],
    ["/users/abc", 400],
    ["/users/0", 400],
    ["/users/2147483648", 400],
    ["/users?username=a%00b", 400],
    ["/users?username=a&username=b", 400],
    ["/projects?page=0", 400],
    ["/projects?page=x", 400],
    ["/projects?per_page=-1", 400],
    ["/projects?page=999999999&per_page=100", 200],
    [`/projects/${"a".repeat(2000)}`, 400],
  ])("%s answers %d, never 500", async (path, status) => {
    const answer = await service.root.get(path);
    expect({ status: answer.status, text: JSON.stringify(answer.body) }).toMatchObject({
      status,
      text: expect.not.stringMatching(LEAKS),
    });
  });

  it("outside of everything answers 404 in JSON", async () => {
    const response = await fetch(`${service.url}/nowhere`);
    expect({ status: response.status, body: await response.json() }).toEqual({
      status: 404,
      body: { message: "404 Route Not Found" },
    });
  });
});

describe("a project access token in the API", () => {
  it("acts as its bot", async () => {
    expect((await bot.client.get("/user")).body).toMatchObject({ id: bot.userId, bot: true });
  });

  it("sees its own project and public ones; every other is 404, internal ones too", async () => {
    await createProject(service, team, "private");
    await createProject(service, team, "internal", { visibility: "internal" });
    await createProject(service, team, "public", { visibility: "public" });
    const as = bot.client;
    const status = async (path: string) => (await as.get(`/projects/team%2F${path}`)).status;
    expect([await status("app"), await status("public"), await status("internal"), await status("private")]).toEqual([
      200, 200, 404, 404,
    ]);
    const listed = (await as.get("/projects")).body as { path: string }[];
    expect(new Set(listed.map(({ path }) => path))).toEqual(new Set(["app", "public"]));
  });

  it("makes neither projects nor groups", async () => {
    expect((await bot.client.post("/projects", { path: "x" })).status).toBe(403);
    expect((await bot.client.post("/groups", { name: "x", path: "x" })).status).toBe(403);
  });

  it("has none of an administrator's calls, though root made it", async () => {
    const as = bot.client;
    const answers = [
      as.get("/features"),
      as.get("/users"),
      as.post("/features/resource_access_token", { value: false }),
      as.post("/users/1/personal_access_tokens", { name: "x", scopes: ["api"] }),
    ];
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  });
});
