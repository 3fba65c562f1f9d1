/** What somebody tries who holds one credential and wants a stronger one. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiClient } from "../../support/api-client.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { requestToken } from "../../support/token-request.ts";
import {
  addProjectMember,
  createOwnProject,
  createProjectAccessToken,
  createUserWithPassword,
  enableProjectAccessTokens,
  type UserWithPassword,
} from "../../support/world.ts";

let service: TestService;
let owner: UserWithPassword;
let project: number;
/** A personal token of the owner's with `api` alone, and with all scopes for one day. */
let apiOnly: ApiClient;
let dying: ApiClient;

const TOMORROW = "2026-11-03";
const EVERY_SCOPE = [
  "api",
  "read_api",
  "read_registry",
  "write_registry",
  "delete_registry",
  "read_repository",
  "write_repository",
  "self_rotate",
];

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  owner = await createUserWithPassword(service, "olga", { scopes: EVERY_SCOPE });
  project = await createOwnProject(owner, "app");
  apiOnly = await personal(owner.id, { scopes: ["api"] });
  dying = await personal(owner.id, { scopes: EVERY_SCOPE, expires_at: TOMORROW });
});
afterAll(() => service.stop());

const tokens = () => `/projects/${project}/access_tokens`;

/** A client with a new personal token of a user's, as an administrator hands it out. */
async function personal(userId: number, more: object): Promise<ApiClient> {
  const { status, body } = await service.root.post(`/users/${userId}/personal_access_tokens`, { name: "x", ...more });
  expect({ status, body }).toMatchObject({ status: 201 });
  return service.as(body.token);
}

const refused = (status: number, ...words: string[]) => ({
  status,
  text: expect.stringMatching(new RegExp(words.join(".*"))),
});
const shown = ({ status, body }: { status: number; body: unknown }) => ({ status, text: JSON.stringify(body) });

describe("a personal token with api alone", () => {
  it.each([
    ["a personal token of its user's", () => "/user/personal_access_tokens"],
    ["a project access token", tokens],
  ])("mints %s with its own scopes and those that api includes, and no others", async (_, path) => {
    for (const scopes of [["read_registry"], ["api", "write_registry"], EVERY_SCOPE]) {
      const lacking = scopes.includes("write_registry") ? "write_registry" : "read_registry";
      expect(shown(await apiOnly.post(path(), { name: "x", scopes }))).toEqual(refused(400, "scopes", lacking));
    }
    expect((await apiOnly.post(path(), { name: "x", scopes: ["api", "read_api", "self_rotate"] })).status).toBe(201);
  });

  it("gets the secret of no stronger token by rotating it", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner, scopes: ["read_registry"] });
    expect(shown(await apiOnly.post(`${tokens()}/${robot.id}/rotate`))).toEqual(refused(403, "read_registry"));
    expect((await requestToken(service, { password: robot.secret })).status).toBe(200);
    const { body: own } = await owner.client.get("/personal_access_tokens/self");
    const answer = await apiOnly.post(`/personal_access_tokens/${own.id}/rotate`);
    expect(shown(answer)).toEqual(refused(403, "write_registry"));
    expect((await owner.client.get("/user")).status).toBe(200);
  });

  it("rotates and revokes what is not stronger", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner, scopes: ["read_api"] });
    expect((await apiOnly.post(`${tokens()}/${robot.id}/rotate`)).status).toBe(200);
    const strong = await createProjectAccessToken(service, project, { by: owner, scopes: ["write_registry"] });
    expect((await apiOnly.delete(`${tokens()}/${strong.id}`)).status).toBe(204);
  });
});

describe("a token of one day", () => {
  it.each([
    ["personal token", () => "/user/personal_access_tokens"],
    ["project access token", tokens],
  ])("mints no %s that outlives it", async (_, path) => {
    const wanted = { name: "x", scopes: ["read_api"] };
    const late = await dying.post(path(), { ...wanted, expires_at: "2026-11-04" });
    expect(shown(late)).toEqual(refused(400, "expires_at", "2026-11-04", TOMORROW));
    expect((await dying.post(path(), wanted)).body.expires_at).toBe(TOMORROW);
    expect((await dying.post(path(), { ...wanted, expires_at: TOMORROW })).body.expires_at).toBe(TOMORROW);
  });

  it("rotates no other token into one that outlives it", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner, scopes: ["read_api"] });
    const late = await dying.post(`${tokens()}/${robot.id}/rotate`, { expires_at: "2026-11-04" });
    expect(shown(late)).toEqual(refused(400, "expires_at", TOMORROW));
    expect((await dying.post(`${tokens()}/${robot.id}/rotate`)).body.expires_at).toBe(TOMORROW);
  });
});

describe("a token that is accepted from a few networks", () => {
  const OWN = ["127.0.0.0/8", "10.0.0.0/8"];
  let bound: ApiClient;
  beforeAll(async () => {
    bound = await personal(owner.id, { scopes: EVERY_SCOPE, ip_allow_list: OWN });
  });

  it.each([
    ["personal token", () => "/user/personal_access_tokens"],
    ["project access token", tokens],
  ])("mints no %s that is accepted from elsewhere", async (_, path) => {
    const wanted = { name: "x", scopes: ["read_api"] };
    for (const network of ["0.0.0.0/0", "10.0.0.0/7", "192.0.2.7", "::/0"]) {
      const wide = await bound.post(path(), { ...wanted, ip_allow_list: ["10.1.0.0/16", network] });
      expect(shown(wide)).toEqual(refused(400, "ip_allow_list", network));
    }
    const narrow = ["10.1.0.0/16", "127.0.0.1"];
    expect((await bound.post(path(), { ...wanted, ip_allow_list: narrow })).body.ip_allow_list).toEqual(narrow);
    expect((await bound.post(path(), wanted)).body.ip_allow_list).toEqual(OWN);
    expect((await bound.post(path(), { ...wanted, ip_allow_list: null })).body.ip_allow_list).toEqual(OWN);
  });

  it("gets the secret of no token that is accepted from elsewhere by rotating it, and is itself accepted from no more", async () => {
    const make = (more: object) =>
      createProjectAccessToken(service, project, { by: owner, scopes: ["read_api"], ...more });
    for (const robot of [await make({}), await make({ ip_allow_list: ["10.0.0.0/8", "192.0.2.7"] })])
      expect(shown(await bound.post(`${tokens()}/${robot.id}/rotate`))).toEqual(refused(403, "accepted from"));
    const within = await make({ ip_allow_list: ["10.1.0.0/16"] });
    expect((await bound.post(`${tokens()}/${within.id}/rotate`)).body.ip_allow_list).toEqual(["10.1.0.0/16"]);
    const own = await personal(owner.id, { scopes: ["api"], ip_allow_list: OWN });
    expect((await own.post("/personal_access_tokens/self/rotate")).body.ip_allow_list).toEqual(OWN);
  });

  it("sets no password, which is accepted from everywhere", async () => {
    const admin = await createUserWithPassword(service, "alma", { scopes: EVERY_SCOPE, admin: true });
    const weak = await personal(admin.id, { scopes: EVERY_SCOPE, ip_allow_list: OWN });
    const answer = await weak.put(`/users/${admin.id}`, { password: "a password of its own" });
    expect(shown(answer)).toEqual(refused(403, "everywhere"));
  });
});

describe("an administrator's token", () => {
  it("mints for others no more than it is itself", async () => {
    const admin = await createUserWithPassword(service, "ada", { scopes: EVERY_SCOPE, admin: true });
    const path = `/users/${owner.id}/personal_access_tokens`;
    const weak = await personal(admin.id, { scopes: ["api"], expires_at: TOMORROW });
    expect(shown(await weak.post(path, { name: "x", scopes: ["read_registry"] }))).toEqual(refused(400, "scopes"));
    const late = await weak.post(path, { name: "x", scopes: ["api"], expires_at: "2027-01-01" });
    expect(shown(late)).toEqual(refused(400, "expires_at"));
    expect((await weak.post(path, { name: "x", scopes: ["api"] })).body.expires_at).toBe(TOMORROW);
  });

  it("sets no password unless it holds every scope, since a password has them all", async () => {
    const admin = await createUserWithPassword(service, "anton", { scopes: EVERY_SCOPE, admin: true });
    const weak = await personal(admin.id, { scopes: ["api", "read_registry"] });
    const password = { password: "a password of its own" };
    for (const answer of [
      await weak.put(`/users/${admin.id}`, password),
      await weak.put(`/users/${owner.id}`, password),
      await weak.post("/users", { username: "eve", name: "Eve", email: "eve@example.com", ...password }),
    ]) {
      expect(shown(answer)).toEqual(refused(403, "write_registry"));
    }
    expect((await requestToken(service, { username: "anton", password: admin.password })).status).toBe(200);
    expect((await weak.put(`/users/${owner.id}`, { name: "Olga" })).status).toBe(200);
    expect((await admin.client.put(`/users/${owner.id}`, { password: owner.password })).status).toBe(200);
  });
});

describe("a bot", () => {
  it("with api opens its project's images to nobody by the project's visibility, at whatever level", async () => {
    const hidden = await createOwnProject(owner, "hidden");
    for (const access_level of [40, 50]) {
      const robot = await createProjectAccessToken(service, hidden, { by: owner, scopes: ["api"], access_level });
      const answer = await robot.client.put(`/projects/${hidden}`, { visibility: "public" });
      expect(shown(answer)).toEqual(refused(403, "visibility"));
      expect((await robot.client.put(`/projects/${hidden}`, { visibility: "private", name: "Same" })).status).toBe(200);
    }
    const anonymous = await requestToken(service, { scopes: ["repository:olga/hidden:pull"] });
    expect(anonymous.access).toEqual([]);
  });

  it("manages members of its project alone, never above its level, and never bots", async () => {
    const other = await createOwnProject(owner, "other", { visibility: "public" });
    const robot = await createProjectAccessToken(service, project, { by: owner, access_level: 40 });
    const sibling = await createProjectAccessToken(service, project, { by: owner, access_level: 10 });
    const friend = await createUserWithPassword(service, "otto");
    const wanted = { user_id: friend.id, access_level: 50 };
    const members = `/projects/${project}/members`;
    expect((await robot.client.post(`/projects/${other}/members`, { ...wanted, access_level: 10 })).status).toBe(403);
    expect((await robot.client.post(members, wanted)).status).toBe(403);
    expect((await robot.client.post(members, { ...wanted, access_level: 40 })).status).toBe(201);
    expect((await robot.client.put(`${members}/${friend.id}`, { access_level: 50 })).status).toBe(403);
    expect((await robot.client.put(`${members}/${sibling.userId}`, { access_level: 40 })).status).toBe(400);
    expect((await robot.client.delete(`${members}/${sibling.userId}`)).status).toBe(400);
  });

  it("of a Guest's level lives no longer by rotating itself, again and again", async () => {
    const robot = await createProjectAccessToken(service, project, {
      by: owner,
      access_level: 10,
      expires_at: "2026-11-05",
    });
    const far = await robot.client.post(`${tokens()}/self/rotate`, { expires_at: "9999-12-31" });
    expect(shown(far)).toEqual(refused(400, "expires_at", "2026-11-05"));
    const rotated = await robot.client.post(`${tokens()}/self/rotate`, { expires_at: "2026-11-05" });
    const again = await service.as(rotated.body.token).post("/personal_access_tokens/self/rotate");
    expect(again.body.expires_at).toBe("2026-11-05");
    const byId = `${tokens()}/${again.body.id}/rotate`;
    expect(shown(await service.as(again.body.token).post(byId, { expires_at: "2026-11-06" }))).toEqual(
      refused(400, "expires_at"),
    );
  });
});

describe("the old secret of a token in grace", () => {
  /** A personal token of the owner's that was rotated, and works for three days more. */
  async function inGrace(): Promise<ApiClient> {
    const { body } = await owner.client.post("/user/personal_access_tokens", { name: "old", scopes: EVERY_SCOPE });
    const rotated = { expires_at: "2027-01-01", grace_period: 3 * 86_400 };
    expect((await owner.client.post(`/personal_access_tokens/${body.id}/rotate`, rotated)).status).toBe(200);
    return service.as(body.token);
  }

  it.each([
    ["personal token", () => "/user/personal_access_tokens"],
    ["project access token", tokens],
  ])("mints no %s that outlives the grace, and none on its last day", async (_, path) => {
    const old = await inGrace();
    const wanted = { name: "x", scopes: ["read_api"] };
    const late = await old.post(path(), { ...wanted, expires_at: "2026-11-06" });
    expect(shown(late)).toEqual(refused(400, "expires_at", "2026-11-06", "2026-11-05", "when the grace"));
    expect((await old.post(path(), wanted)).body.expires_at).toBe("2026-11-05");
    service.clock.set(new Date("2026-11-05T11:59:59Z"));
    for (const more of [{}, { expires_at: "2026-11-06" }])
      expect(shown(await old.post(path(), { ...wanted, ...more }))).toEqual(
        refused(400, "expires_at", "no date after today", "2026-11-05"),
      );
    service.clock.set(new Date("2026-11-02T12:00:00Z"));
  });

  it("gets no fresh secret by rotating itself, its successor or any other token", async () => {
    const old = await inGrace();
    const { body: own } = await old.get("/personal_access_tokens/self");
    const robot = await createProjectAccessToken(service, project, { by: owner, scopes: ["read_api"] });
    const { body: other } = await owner.client.get("/personal_access_tokens/self");
    const { body: all } = await owner.client.get("/personal_access_tokens?state=active");
    const successor = all.find(({ predecessor_id }: { predecessor_id: number }) => predecessor_id === own.id);
    for (const path of [
      "/personal_access_tokens/self/rotate",
      ...[own, other, successor].map(({ id }) => `/personal_access_tokens/${id}/rotate`),
      `${tokens()}/${robot.id}/rotate`,
    ])
      expect(shown(await old.post(path))).toEqual(
        refused(409, "was rotated already, and works until 2026-11-05T12:00"),
      );
    expect((await old.get("/user")).status).toBe(200);
    expect((await robot.client.get("/user")).status).toBe(200);
  });
});

describe("a Maintainer", () => {
  it("changes no visibility: that needs an Owner", async () => {
    const maintainer = await createUserWithPassword(service, "max");
    await addProjectMember(service, project, maintainer.id, 40);
    const answer = await maintainer.client.put(`/projects/${project}`, { visibility: "public" });
    expect(shown(answer)).toEqual(refused(403, "Owner"));
    expect((await owner.client.put(`/projects/${project}`, { visibility: "internal" })).status).toBe(200);
  });
});

describe("a token with self_rotate alone", () => {
  it("rotates itself, and does nothing else", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner, scopes: ["self_rotate"] });
    const other = await createProjectAccessToken(service, project, { by: owner, scopes: ["self_rotate"] });
    for (const answer of [
      await robot.client.get("/user"),
      await robot.client.get(`/projects/${project}`),
      await robot.client.get("/personal_access_tokens/self"),
      await robot.client.delete("/personal_access_tokens/self"),
      await robot.client.post(`${tokens()}/${other.id}/rotate`),
    ]) {
      expect(answer).toMatchObject({ status: 403, body: { error: "insufficient_scope" } });
    }
    const granted = await requestToken(service, { password: robot.secret, scopes: ["repository:olga/app:pull,push"] });
    expect(granted.access).toEqual([]);
    const rotated = await robot.client.post(`${tokens()}/self/rotate`);
    expect(rotated).toMatchObject({ status: 200, body: { scopes: ["self_rotate"] } });
    expect((await service.as(rotated.body.token).post("/personal_access_tokens/self/rotate")).status).toBe(200);
  });
});
