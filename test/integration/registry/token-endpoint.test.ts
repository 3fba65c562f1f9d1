import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT_PASSWORD, startTestService, type TestService } from "../../support/service.ts";
import { requestToken, type TokenQuestion } from "../../support/token-request.ts";
import {
  addProjectMember,
  createGroup,
  createPersonalAccessToken,
  createProject,
  createProjectAccessToken,
  createUserWithPassword,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type UserWithPassword,
} from "../../support/world.ts";

const IMAGES = ["team/private/image", "team/internal/image", "team/public/image"];

let service: TestService;
const ids: Record<"private" | "internal" | "public" | "disabled", number> = {
  private: 0,
  internal: 0,
  public: 0,
  disabled: 0,
};
let ann: UserWithPassword;
let stranger: UserWithPassword;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  const team = await createGroup(service, "team");
  for (const visibility of ["private", "internal", "public"] as const) {
    ids[visibility] = await createProject(service, team, visibility, { visibility });
  }
  ids.disabled = await createProject(service, team, "disabled", {
    visibility: "public",
    container_registry_enabled: false,
  });
  ann = await createUserWithPassword(service, "ann");
  stranger = await createUserWithPassword(service, "stranger");
  await addProjectMember(service, ids.private, ann.id, 30);
});
afterAll(() => service.stop());

/** What is granted of pull, push and delete on an image. */
const grants = async (question: TokenQuestion, ...names: string[]) => {
  const { status, access } = await requestToken(service, {
    ...question,
    scopes: names.map((name) => `repository:${name}:pull,push,delete`),
  });
  expect(status).toBe(200);
  return access;
};
const grantsByToken = async ({ secret }: ProjectAccessToken, ...names: string[]) =>
  await grants({ password: secret }, ...names);

describe("GET /jwt/auth", () => {
  it("answers as registry clients read it", async () => {
    const { status, headers, text, body, claims } = await requestToken(service, {
      scopes: ["repository:team/public/image:pull"],
    });
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(headers.get("content-length")).toBe(String(text.length));
    expect(text).toBe(JSON.stringify(body));
    expect(new Set(Object.keys(body))).toEqual(new Set(["token", "access_token", "expires_in", "issued_at"]));
    expect(body).toMatchObject({
      access_token: body["token"],
      expires_in: 300,
      issued_at: service.clock.now().toISOString(),
    });
    const now = service.clock.now().getTime() / 1000;
    expect(claims).toMatchObject({
      iss: "keyside",
      sub: "",
      aud: "container_registry",
      iat: now,
      nbf: now - 10,
      exp: now + 300,
    });
    expect(claims.jti).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("answers with a trailing slash too, without a redirect", async () => {
    const response = await fetch(`${service.url}/jwt/auth/?service=container_registry`, { redirect: "manual" });
    expect(response.status).toBe(200);
  });

  it("gives a token with push longer, for large layers", async () => {
    const token = await createProjectAccessToken(service, ids.private, { scopes: ["read_registry", "write_registry"] });
    const pull = await requestToken(service, { password: token.secret, scopes: ["repository:team/private:pull"] });
    const push = await requestToken(service, { password: token.secret, scopes: ["repository:team/private:pull,push"] });
    expect([pull.body["expires_in"], push.body["expires_in"]]).toEqual([300, 900]);
    expect((push.claims.exp ?? 0) - (push.claims.iat ?? 0)).toBe(900);
  });

  it("gives docker login, which asks for no scope, a token without access", async () => {
    const token = await createProjectAccessToken(service, ids.private, { scopes: ["read_registry"] });
    const { status, claims } = await requestToken(service, { username: "whoever", password: token.secret });
    expect(status).toBe(200);
    expect(claims["access"]).toEqual([]);
    expect(claims.sub).toMatch(new RegExp(`^project_${ids.private}_bot_[0-9a-f]{16}$`));
  });
});

describe("anonymous at GET /jwt/auth", () => {
  it("gets pull on a public project and nothing else", async () => {
    expect(await grants({}, ...IMAGES)).toEqual(["team/public/image pull"]);
  });

  it("is also who sends an empty user and password", async () => {
    const { status, claims, access } = await requestToken(service, {
      username: "",
      password: "",
      scopes: ["repository:team/public/image:pull"],
    });
    expect({ status, sub: claims.sub, access }).toEqual({ status: 200, sub: "", access: ["team/public/image pull"] });
  });

  it("cannot tell a private repository from one that does not exist", async () => {
    const comparable = async (name: string) => {
      const { status, headers, body, claims } = await requestToken(service, {
        scopes: [`repository:${name}:pull,push`],
      });
      const { token: _token, access_token: _same, ...rest } = body;
      const { jti: _jti, ...others } = claims;
      const left = [...headers].filter(([header]) => !["x-request-id", "date", "content-length"].includes(header));
      return JSON.stringify({ status, left, rest, others, length: headers.get("content-length") });
    };
    const hidden = await comparable("team/private");
    expect(await comparable("team/nowhere")).toBe(hidden);
    expect(await comparable("team/disabled")).toBe(hidden);
    expect(await comparable("nobody/nothing")).toBe(hidden);
  });
});

describe("a human at GET /jwt/auth", () => {
  it("has every registry scope with a password, within their level", async () => {
    const { username, password } = ann;
    expect(await grants({ username, password }, ...IMAGES)).toEqual([
      "team/private/image pull,push",
      "team/internal/image pull",
      "team/public/image pull",
    ]);
  });

  it("is named in the token", async () => {
    const { username, password } = ann;
    expect((await requestToken(service, { username, password })).claims.sub).toBe("ann");
  });

  it("has a personal access token's scopes, whatever username is sent", async () => {
    const secret = await createPersonalAccessToken(service, ann.id, ["read_registry"]);
    expect(await grants({ username: "whoever", password: secret }, ...IMAGES)).toEqual([
      "team/private/image pull",
      "team/internal/image pull",
      "team/public/image pull",
    ]);
    const apiOnly = await createPersonalAccessToken(service, ann.id, ["api"]);
    expect(await grants({ password: apiOnly }, ...IMAGES)).toEqual(["team/public/image pull"]);
  });

  it("who is no member pulls from internal and public projects only", async () => {
    const { username, password } = stranger;
    expect(await grants({ username, password }, ...IMAGES)).toEqual([
      "team/internal/image pull",
      "team/public/image pull",
    ]);
  });

  it("inherits a level from the group", async () => {
    const owner = await createUserWithPassword(service, "owner", {
      scopes: ["api", "read_registry", "write_registry"],
    });
    const as = owner.client;
    const { body: group } = await as.post("/groups", { name: "Own", path: "own" });
    const { body: nested } = await as.post("/groups", { name: "Sub", path: "sub", parent_id: group.id });
    expect((await as.post("/projects", { path: "app", namespace_id: nested.id })).status).toBe(201);
    expect(await grants({ password: owner.secret }, "own/sub/app/image")).toEqual(["own/sub/app/image pull,push"]);
  });

  it("who is an administrator is Owner everywhere", async () => {
    expect(await grants({ username: "root", password: ROOT_PASSWORD }, "team/private")).toEqual([
      "team/private pull,push,delete",
    ]);
  });

  it.each([
    ["wrong password", "ann", "wrong password"],
    ["another's password", "ann", "password of stranger"],
    ["unknown user", "nobody", "password of ann"],
    ["bot's name", "ghost", ""],
    ["NUL", "ann\0", "password of ann"],
  ])("is refused with 401 for a %s, even for a public project", async (_what, username, password) => {
    const { status, headers, body } = await requestToken(service, {
      username,
      password,
      scopes: ["repository:team/public/image:pull"],
    });
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toMatch(/^Basic realm=/);
    expect(body).toEqual({
      errors: [{ code: "UNAUTHORIZED", message: "wrong username or password" }],
      error: "invalid_client",
      error_description: "wrong username or password",
    });
  });

  it("who is blocked is refused, by password and by token", async () => {
    const { id, username, password, secret } = await createUserWithPassword(service, "leaver", {
      scopes: ["read_registry"],
    });
    expect((await requestToken(service, { password: secret })).status).toBe(200);
    await service.container.database.em().execute("update users set state = 'blocked' where id = ?", [id]);
    expect((await requestToken(service, { username, password })).status).toBe(401);
    expect((await requestToken(service, { password: secret })).status).toBe(401);
  });
});

describe("a project whose registry is disabled", () => {
  it("grants nothing to anybody", async () => {
    const token = await createProjectAccessToken(service, ids.disabled, {
      scopes: ["read_registry", "write_registry"],
    });
    expect(await grantsByToken(token, "team/disabled/image")).toEqual([]);
    expect(await grants({}, "team/disabled/image")).toEqual([]);
    expect(await grants({ username: "root", password: ROOT_PASSWORD }, "team/disabled/image")).toEqual([]);
  });
});

describe("the catalog", () => {
  const ask = async (question: TokenQuestion, action = "*") =>
    (await requestToken(service, { ...question, scopes: [`registry:catalog:${action}`] })).access;

  it("is for administrators, and keeps its literal *", async () => {
    expect(await ask({ username: "root", password: ROOT_PASSWORD })).toEqual(["registry:catalog *"]);
  });

  it("is for nobody else", async () => {
    const token = await createProjectAccessToken(service, ids.private, {
      scopes: ["read_registry", "write_registry", "api"],
    });
    expect(await ask({})).toEqual([]);
    expect(await ask({ username: ann.username, password: ann.password })).toEqual([]);
    expect(await ask({ password: token.secret })).toEqual([]);
  });

  it("has no other action", async () => {
    expect(await ask({ username: "root", password: ROOT_PASSWORD }, "pull")).toEqual([]);
  });
});
