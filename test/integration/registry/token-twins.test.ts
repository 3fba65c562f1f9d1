/** The token endpoint as a table, from the specification: every request once as GET with Basic, once as POST with a form. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeSecret } from "../../../src/access-tokens/secret.ts";
import { systemIds } from "../../../src/ids.ts";
import { ROOT_PASSWORD, startTestService, type TestService } from "../../support/service.ts";
import { postForm } from "../../support/token-form.ts";
import { requestToken, type TokenAnswer } from "../../support/token-request.ts";
import {
  addProjectMember,
  createGroup,
  createProject,
  createProjectAccessToken,
  createUserWithPassword,
  enableProjectAccessTokens,
} from "../../support/world.ts";

const REGISTRY = ["read_registry", "write_registry", "delete_registry"];
const PEOPLE = ["guest", "reporter", "developer", "maintainer", "stranger"] as const;
const LEVELS = { guest: 10, reporter: 20, developer: 30, maintainer: 40, stranger: 0 };

let service: TestService;
/** Credentials by the names that the tables use. */
const credentials: Record<string, { username: string; password: string }> = {};

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  const team = await createGroup(service, "team");
  const ids = new Map<string, number>();
  for (const visibility of ["private", "internal", "public"]) {
    ids.set(visibility, await createProject(service, team, visibility, { visibility }));
  }
  const own = ids.get("private") ?? expect.unreachable();
  const off = { visibility: "public", container_registry_enabled: false };
  await createProject(service, team, "disabled", off);
  for (const person of PEOPLE) {
    const user = await createUserWithPassword(service, person, { scopes: REGISTRY });
    credentials[person] = { username: person, password: user.secret };
    credentials[`${person} by password`] = { username: person, password: user.password };
    if (LEVELS[person] === 0) continue;
    for (const id of ids.values()) await addProjectMember(service, id, user.id, LEVELS[person]);
  }
  const narrow = await createUserWithPassword(service, "narrow", { scopes: ["read_registry"], admin: true });
  credentials["an administrator who may only read"] = { username: "narrow", password: narrow.secret };
  const apiOnly = await createUserWithPassword(service, "apionly", { scopes: ["api"], admin: true });
  credentials["an administrator of the API alone"] = { username: "apionly", password: apiOnly.secret };
  const operator = await createUserWithPassword(service, "operator", { scopes: REGISTRY, admin: true });
  credentials["an administrator"] = { username: "operator", password: operator.secret };
  credentials["root by password"] = { username: "root", password: ROOT_PASSWORD };
  for (const [name, scopes] of Object.entries({
    full: REGISTRY,
    "write-only": ["write_registry"],
    "API-only": ["api"],
  })) {
    const { secret } = await createProjectAccessToken(service, own, { scopes });
    credentials[`${/^A/.test(name) ? "an" : "a"} ${name} bot of team/private`] = {
      username: "anything",
      password: secret,
    };
  }
  const dying = await createProjectAccessToken(service, own, { scopes: REGISTRY, expires_at: "2026-11-03" });
  credentials["an expired bot"] = { username: "x", password: dying.secret };
  const revoked = await createProjectAccessToken(service, own, { scopes: REGISTRY });
  await service.root.delete(`/projects/${own}/access_tokens/${revoked.id}`);
  credentials["a revoked bot"] = { username: "x", password: revoked.secret };
  credentials["a wrong password"] = { username: "root", password: "hunter2hunter2" };
  credentials["nobody's username"] = { username: "nobody", password: "hunter2hunter2" };
  credentials["the ghost's username"] = { username: "ghost", password: "hunter2hunter2" };
  credentials["a NUL in the username"] = { username: "ro\0ot", password: ROOT_PASSWORD };
  credentials["another human's username"] = { username: "guest", password: ROOT_PASSWORD };
  credentials["an unknown token"] = { username: "x", password: makeSecret("kspat-", systemIds) };
  credentials["a mistyped token"] = { username: "x", password: `${dying.secret.slice(0, -1)}-` };
  service.clock.advance({ days: 1 });
});
afterAll(() => service.stop());
/** So that the failures of one case are forgotten in the next. */
beforeEach(() => service.clock.advance({ minutes: 11 }));

type Ask = (who: string, more: { scopes?: readonly string[]; service?: string }) => Promise<TokenAnswer>;
const known = (who: string) => credentials[who] ?? expect.unreachable(`no credentials are called ${who}`);
const twins: [string, Ask][] = [
  ["GET", (who, more) => requestToken(service, { ...known(who), ...more })],
  [
    "POST",
    (who, { scopes = [], ...more }) =>
      postForm(service, { grant_type: "password", ...known(who), scope: [...scopes], ...more }),
  ],
];

/** What a scope parameter reads as, for one who may do all: `scope values → access`. */
const GRAMMAR: [readonly string[], readonly string[]][] = [
  [[], []],
  [[""], []],
  [["repository:team/private:pull"], ["team/private pull"]],
  [["repository:team/private:push"], ["team/private push"]],
  [["repository:team/private:delete"], ["team/private delete"]],
  [["repository:team/private:pull,push"], ["team/private pull,push"]],
  [["repository:team/private:push,pull"], ["team/private pull,push"]],
  [["repository:team/private:delete,push,pull"], ["team/private pull,push,delete"]],
  [["repository:team/private:pull,pull"], ["team/private pull"]],
  [["repository:team/private:*"], ["team/private pull,push,delete"]],
  [["repository:team/private:pull,*"], ["team/private pull,push,delete"]],
  [["repository:team/private:"], []],
  [["repository:team/private:fly"], []],
  [["repository:team/private:pull,fly"], ["team/private pull"]],
  [["repository(plugin):team/private:pull"], ["team/private pull"]],
  [["repository:team/private:pull repository:team/public:pull"], ["team/private pull", "team/public pull"]],
  [
    ["repository:team/private:pull", "repository:team/public:pull"],
    ["team/private pull", "team/public pull"],
  ],
  [["repository:team/private:pull  repository:team/private:push"], ["team/private pull,push"]],
  [["repository:team/private:push", "repository:team/private:pull"], ["team/private pull,push"]],
  [[" repository:team/private:pull "], ["team/private pull"]],
  [["repository:team/private/a/b/c/d:pull"], ["team/private/a/b/c/d pull"]],
  [["repository:team/private/a__b.c-d--e:pull"], ["team/private/a__b.c-d--e pull"]],
  [["repository:team:pull"], []],
  [["repository:private:pull"], []],
  [["repository:localhost:5000/team/private:pull"], []],
  [["repository:team/absent:pull"], []],
  [["repository:team/private:pull", "repository:team/absent:pull"], ["team/private pull"]],
  [["repository:team/disabled:pull"], []],
  [["registry:catalog:*"], ["registry:catalog *"]],
  [["registry:catalog:pull"], []],
  [["registry:other:*"], []],
  [["image:team/private:pull"], []],
  [["plugin:team/private:pull", "repository:team/private:pull"], ["team/private pull"]],
];

/** Scopes that break the grammar, and words of the answer. */
const MALFORMED: [string, RegExp][] = [
  ["nonsense", /type:name:action/],
  ["repository:team/private", /type:name:action/],
  ["repository::PULL", /actions/],
  [":team/private:pull", /type/],
  ["Repository:team/private:pull", /type/],
  ["repository(:team/private:pull", /type/],
  ["repository:Team/private:pull", /lower-case/],
  ["repository:team//private:pull", /lower-case/],
  ["repository:/team/private:pull", /lower-case/],
  ["repository:team/private/:pull", /lower-case/],
  ["repository:team/../private:pull", /lower-case/],
  ["repository:team/pri\0vate:pull", /lower-case/],
  ["repository:team/private:PULL", /actions/],
  ["repository:team/private:pull;push", /actions/],
  [`repository:team/${"a".repeat(256)}:pull`, /255/],
];

/** Who gets what of pull, push and delete on the private, the internal and the public project. */
const POLICY: [string, string, string, string][] = [
  ["guest", "", "pull", "pull"],
  ["reporter", "pull", "pull", "pull"],
  ["developer", "pull,push", "pull,push", "pull,push"],
  ["maintainer", "pull,push,delete", "pull,push,delete", "pull,push,delete"],
  ["stranger", "", "pull", "pull"],
  ["maintainer by password", "pull,push,delete", "pull,push,delete", "pull,push,delete"],
  ["root by password", "pull,push,delete", "pull,push,delete", "pull,push,delete"],
  ["an administrator who may only read", "pull", "pull", "pull"],
  ["an administrator of the API alone", "", "", "pull"],
  ["a full bot of team/private", "pull,push,delete", "", "pull"],
  ["a write-only bot of team/private", "push", "", "pull"],
  ["an API-only bot of team/private", "", "", "pull"],
];

const REFUSED: [string, RegExp][] = [
  ["a wrong password", /^wrong username or password$/],
  ["nobody's username", /^wrong username or password$/],
  ["the ghost's username", /^wrong username or password$/],
  ["a NUL in the username", /^wrong username or password$/],
  ["another human's username", /^wrong username or password$/],
  ["an unknown token", /not known/],
  ["a mistyped token", /not one of this instance/],
  ["an expired bot", /expired on 2026-11-03; create or rotate it under Settings > Access tokens/],
  ["a revoked bot", /was revoked/],
];

describe.each(twins)("%s /jwt/auth", (method, ask) => {
  it.each(GRAMMAR)("reads the scopes %j as %j", async (scopes, access) => {
    const answer = await ask("an administrator", { scopes });
    expect(answer).toMatchObject({ status: 200, access });
    if (method === "POST") {
      const written = access.map((entry) => (entry.startsWith("registry:") ? entry : `repository:${entry}`));
      expect(answer.body["scope"]).toBe(written.join(" ").replaceAll(/ (?=[a-z*,]+(?: |$))/g, ":"));
    } else expect(answer.body).not.toHaveProperty("scope");
  });

  it.each(MALFORMED)("answers 400 to the scope %j and names it", async (scope, words) => {
    const { status, body } = await ask("maintainer", { scopes: ["repository:team/public:pull", scope] });
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        errors: [{ code: "UNSUPPORTED", message: expect.stringMatching(words) }],
        error: "invalid_request",
        error_description: expect.stringMatching(/^scope is invalid|^scope: /),
      },
    });
  });

  it.each(POLICY)("gives %s: private %j, internal %j, public %j", async (who, ...expected) => {
    const names = ["team/private/i", "team/internal/i", "team/public/i"];
    const answer = await ask(who, { scopes: names.map((name) => `repository:${name}:pull,push,delete`) });
    const granted = names.flatMap((name, index) => (expected[index] === "" ? [] : [`${name} ${expected[index]}`]));
    expect(answer).toMatchObject({ status: 200, access: granted });
    expect(answer.body["expires_in"]).toBe(granted.some((entry) => entry.includes("push")) ? 900 : 300);
  });

  it.each(REFUSED)("answers 401 to %s, even for a public project", async (who, words) => {
    const { status, headers, body, text } = await ask(who, { scopes: ["repository:team/public:pull"] });
    expect({ status, body }).toEqual({
      status: 401,
      body: {
        errors: [{ code: "UNAUTHORIZED", message: expect.stringMatching(words) }],
        error: expect.stringMatching(/^[a-z_]+$/),
        error_description: expect.stringMatching(words),
      },
    });
    expect(headers.get("www-authenticate")).toMatch(/^Basic realm="/);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(text).not.toContain(known(who).password);
  });

  it("answers 400 to another registry's service, before it looks at the credentials", async () => {
    const answers = await Promise.all(
      ["maintainer", "a wrong password"].map((who) => ask(who, { service: "other.example" })),
    );
    for (const { status, text } of answers) {
      expect(status).toBe(400);
      expect(text).toContain("other.example");
    }
    expect(answers[0]?.text).toBe(answers[1]?.text);
  });

  it("answers 400 to more than 100 scopes, wherever they are written", async () => {
    const scopes = Array.from({ length: 101 }, (_, index) => `repository:team/public/i${index}:pull`);
    expect(await ask("maintainer", { scopes })).toMatchObject({ status: 400 });
    expect(await ask("maintainer", { scopes: [scopes.join(" ")] })).toMatchObject({ status: 400 });
    expect((await ask("maintainer", { scopes: scopes.slice(1) })).access).toHaveLength(100);
  });

  it("answers with the token twice, its lifetime in whole seconds and its time in UTC, and forbids to store it", async () => {
    const { body, headers, claims } = await ask("maintainer", { scopes: ["repository:team/private:pull"] });
    expect(body).toMatchObject({
      token: expect.any(String),
      access_token: body["token"],
      expires_in: 300,
      issued_at: service.clock.now().toISOString(),
    });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(claims).toMatchObject({ sub: "maintainer", aud: "container_registry", iss: "keyside" });
  });

  it("does not tell a hidden project from one that does not exist", async () => {
    const [hidden, absent] = await Promise.all(
      ["team/private", "team/absent"].map((name) => ask("stranger", { scopes: [`repository:${name}:pull,push`] })),
    );
    expect([hidden?.status, hidden?.access, Object.keys(hidden?.body ?? {})]).toEqual([
      absent?.status,
      absent?.access,
      Object.keys(absent?.body ?? {}),
    ]);
  });
});
