import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  createGroup,
  createOwnProject,
  createProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type User,
} from "../../support/world.ts";

let service: TestService;
let owner: User;
let project: number;
let robot: ProjectAccessToken;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  owner = await createUser(service, "olga");
  project = await createOwnProject(owner, "app");
  robot = await createProjectAccessToken(service, project, { by: owner, access_level: 50 });
});
afterAll(() => service.stop());

describe("a bot user", () => {
  it("is seen among its project's members, marked as a bot", async () => {
    const { body } = await owner.client.get(`/projects/${project}/members`);
    expect(body).toContainEqual(
      expect.objectContaining({ id: robot.userId, bot: true, access_level: 50, name: "robot", state: "active" }),
    );
    expect(body.find(({ id }: { id: number }) => id === robot.userId).username).toMatch(
      new RegExp(`^project_${project}_bot_[0-9a-f]{16}$`),
    );
  });

  const refusals: readonly [string, string, () => string, unknown, string][] = [
    ["edited", "PUT", () => `/users/${robot.userId}`, { name: "x" }, "a bot user cannot be edited: revoke"],
    ["made an administrator", "PUT", () => `/users/${robot.userId}`, { admin: true }, "a bot user cannot be edited"],
    ["blocked", "POST", () => `/users/${robot.userId}/block`, undefined, "a bot user cannot be blocked: revoke"],
    ["unblocked", "POST", () => `/users/${robot.userId}/unblock`, undefined, "a bot user cannot be unblocked"],
    ["deleted", "DELETE", () => `/users/${robot.userId}`, undefined, "a bot user cannot be deleted: revoke"],
    [
      "given a personal token",
      "POST",
      () => `/users/${robot.userId}/personal_access_tokens`,
      { name: "x", scopes: ["api"] },
      "only a human has personal access tokens",
    ],
    [
      "given another level",
      "PUT",
      () => `/projects/${project}/members/${robot.userId}`,
      { access_level: 10 },
      "the access level of a bot user cannot be changed",
    ],
    [
      "removed from its project",
      "DELETE",
      () => `/projects/${project}/members/${robot.userId}`,
      undefined,
      "a bot user cannot be removed from its project",
    ],
  ];
  it.each(refusals)("cannot be %s, not even by an administrator", async (_, method, path, body, sentence) => {
    const answer = await service.root.call(method, path(), body);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(sentence);
    expect((await robot.client.get("/user")).body).toMatchObject({
      id: robot.userId,
      state: "active",
      is_admin: false,
    });
  });

  it.each(["PUT", "DELETE"])("keeps its membership from its project's Owner: %s", async (method) => {
    const answer = await owner.client.call(
      method,
      `/projects/${project}/members/${robot.userId}`,
      method === "PUT" ? { access_level: 20 } : undefined,
    );
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining("bot user cannot be") } });
  });

  it("cannot leave its project", async () => {
    const answer = await robot.client.delete(`/projects/${project}/members/${robot.userId}`);
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining("cannot be removed") } });
  });

  it("cannot be added to another project or to a group", async () => {
    const another = await createOwnProject(owner, "another");
    const group = await createGroup(service, "team");
    for (const place of [`/projects/${another}`, `/groups/${group}`]) {
      const answer = await service.root.post(`${place}/members`, { user_id: robot.userId, access_level: 30 });
      expect(answer.status).toBe(400);
      expect(answer.body.message).toContain("a bot user cannot be added to a project or a group");
    }
  });

  it.each([
    ["access tokens", () => `/projects/${project}/access_tokens`, { name: "x", scopes: ["api"] }],
    ["personal tokens", () => "/user/personal_access_tokens", { name: "x", scopes: ["api"] }],
    ["projects", () => "/projects", { path: "mine" }],
    ["groups", () => "/groups", { name: "mine", path: "mine" }],
    ["users", () => "/users", { username: "mine", name: "x", email: "x@example.com", password: "long enough" }],
  ])("cannot create %s, at whatever level", async (_, path, body) => {
    expect((await robot.client.post(path(), body)).status).toBe(403);
  });

  it("cannot sign in with a password", async () => {
    const { body: bot } = await robot.client.get("/user");
    const authorization = `Basic ${Buffer.from(`${bot.username}:`).toString("base64")}`;
    const answer = await fetch(`${service.url}/jwt/auth?service=container_registry`, {
      headers: { authorization },
    });
    expect(answer.status).toBe(401);
  });
});

describe("a bot in the API", () => {
  it("reaches its own project, and of others the public ones alone", async () => {
    const hidden = await createOwnProject(owner, "hidden");
    const internal = await createOwnProject(owner, "internal", { visibility: "internal" });
    const open = await createOwnProject(owner, "open", { visibility: "public" });
    const seen = async (id: number | string) => (await robot.client.get(`/projects/${id}`)).status;
    expect(await seen(project)).toBe(200);
    expect(await seen("olga%2Fapp")).toBe(200);
    expect(await seen(hidden)).toBe(404);
    expect(await seen(internal)).toBe(404);
    expect(await seen(open)).toBe(200);
    const { body } = await robot.client.get("/projects");
    expect(body.map(({ id }: { id: number }) => id).sort()).toEqual([project, open].sort());
  });

  it("writes in no project but its own", async () => {
    const open = await createOwnProject(owner, "shop", { visibility: "public" });
    const attempts = [
      await robot.client.put(`/projects/${open}`, { description: "taken over" }),
      await robot.client.delete(`/projects/${open}`),
      await robot.client.get(`/projects/${open}/access_tokens`),
      await robot.client.get(`/projects/${open}/events`),
      await robot.client.post(`/projects/${open}/members`, { user_id: owner.id, access_level: 10 }),
    ];
    expect(attempts.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect((await robot.client.put(`/projects/${project}`, { description: "its own" })).status).toBe(200);
  });

  it("sees no group, not even the one that its project lies in", async () => {
    const group = await createGroup(service, "inside");
    const inside = await createProject(service, group, "app");
    const bot = await createProjectAccessToken(service, inside);
    expect((await bot.client.get("/groups/inside")).status).toBe(404);
    expect((await bot.client.get("/groups")).body).toEqual([]);
  });

  it("reads with read_api, and changes nothing", async () => {
    const reader = await createProjectAccessToken(service, project, { by: owner, scopes: ["read_api"] });
    expect((await reader.client.get(`/projects/${project}`)).status).toBe(200);
    expect(await reader.client.put(`/projects/${project}`, { name: "x" })).toMatchObject({
      status: 403,
      body: { error: "insufficient_scope", scope: "api" },
    });
  });

  it("opens nothing of the API with the scopes of the registry", async () => {
    const pusher = await createProjectAccessToken(service, project, {
      by: owner,
      scopes: ["read_registry", "write_registry"],
    });
    expect(await pusher.client.get(`/projects/${project}`)).toMatchObject({
      status: 403,
      body: { error: "insufficient_scope" },
    });
  });
});

describe("the Ghost User", () => {
  it.each([
    ["edited", "PUT", "", { name: "x" }, "the Ghost User cannot be edited"],
    ["blocked", "POST", "/block", undefined, "the Ghost User cannot be blocked"],
    ["deleted", "DELETE", "", undefined, "the Ghost User cannot be deleted"],
    ["given a token", "POST", "/personal_access_tokens", { name: "x", scopes: ["api"] }, "only a human has"],
  ])("cannot be %s", async (_, method, path, body, sentence) => {
    const { body: found } = await service.root.get("/users?username=ghost");
    const answer = await service.root.call(method, `/users/${found[0].id}${path}`, body);
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining(sentence) } });
  });

  it("cannot be a member of anything", async () => {
    const { body: found } = await service.root.get("/users?username=ghost");
    const answer = await owner.client.post(`/projects/${project}/members`, {
      user_id: found[0].id,
      access_level: 10,
    });
    expect(answer.status).toBe(400);
  });
});
