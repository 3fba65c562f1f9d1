import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addProjectMember,
  createGroup,
  createOwnProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type User,
} from "../../support/world.ts";

let service: TestService;
let owner: User;
let other: User;

beforeAll(async () => {
  service = await startTestService();
  owner = await createUser(service, "olga");
  other = await createUser(service, "otto");
});
afterAll(() => service.stop());

describe("POST /users", () => {
  const account = { username: "nina", name: "Nina", email: "nina@example.com" };

  it("wants a password, or one of the words that do without", async () => {
    const refused = await service.root.post("/users", account);
    expect(refused).toMatchObject({ status: 400, body: { error: "password is missing" } });
    const created = await service.root.post("/users", { ...account, reset_password: true, skip_confirmation: true });
    expect(created).toMatchObject({ status: 201, body: { username: "nina", email: "nina@example.com", bot: false } });
    expect(created.body).not.toHaveProperty("password");
  });

  it("refuses a username or an address that is taken", async () => {
    const taken = { ...account, username: "olga", force_random_password: true };
    expect((await service.root.post("/users", taken)).status).toBe(409);
    const address = { ...account, username: "nora", email: "olga@example.com", force_random_password: true };
    expect(await service.root.post("/users", address)).toMatchObject({
      status: 409,
      body: { message: "Email has already been taken" },
    });
  });

  it("is for administrators, as are the list, changes and deletion", async () => {
    const answers = [
      await owner.client.post("/users", { ...account, password: "long enough" }),
      await owner.client.get("/users"),
      await owner.client.put(`/users/${other.id}`, { name: "x" }),
      await owner.client.delete(`/users/${other.id}`),
      await owner.client.post(`/users/${other.id}/block`),
      await owner.client.post(`/users/${other.id}/personal_access_tokens`, { name: "x", scopes: ["api"] }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
  });
});

describe("GET /users", () => {
  it("finds an account by its username for anybody, without what is private", async () => {
    const { body } = await owner.client.get("/users?username=OTTO");
    expect(body).toMatchObject([{ id: other.id, username: "otto" }]);
    expect(body[0]).not.toHaveProperty("email");
    expect((await service.root.get("/users?username=otto")).body[0]).toMatchObject({ email: "otto@example.com" });
  });

  it("searches names, usernames and addresses for administrators", async () => {
    expect((await service.root.get("/users?search=otto@exam")).body).toMatchObject([{ id: other.id }]);
    expect((await service.root.get("/users?search=nobody%25")).body).toEqual([]);
  });
});

describe("PUT /users/:id", () => {
  it("changes a human, but never the username", async () => {
    expect(await service.root.put(`/users/${other.id}`, { name: "Otto", username: "otto" })).toMatchObject({
      status: 200,
      body: { name: "Otto" },
    });
    expect(await service.root.put(`/users/${other.id}`, { username: "another" })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("a username cannot be changed") },
    });
  });
});

describe("POST /users/:id/block", () => {
  it("makes every credential of a human worthless, until they are unblocked", async () => {
    const blocked = await createUser(service, "bert");
    expect(await service.root.post(`/users/${blocked.id}/block`)).toMatchObject({ status: 201, body: true });
    expect((await blocked.client.get("/user")).status).toBe(401);
    expect((await service.root.post(`/users/${blocked.id}/unblock`)).status).toBe(201);
    expect((await blocked.client.get("/user")).status).toBe(200);
  });
});

describe("a group", () => {
  let group: number;
  let inside: number;

  beforeAll(async () => {
    group = await createGroup(service, "team");
    const nested = await createGroup(service, "backend", group);
    inside = (await service.root.post("/projects", { path: "app", namespace_id: nested })).body.id;
  });

  it("gives its members their level in all that lies in it", async () => {
    const reader = await createUser(service, "rita");
    expect((await reader.client.get(`/projects/${inside}`)).status).toBe(404);
    await service.root.post(`/groups/${group}/members`, { user_id: reader.id, access_level: 20 });
    expect((await reader.client.get("/projects/team%2Fbackend%2Fapp")).status).toBe(200);
    expect((await reader.client.put(`/projects/${inside}`, { name: "x" })).status).toBe(403);
    await service.root.put(`/groups/${group}/members/${reader.id}`, { access_level: 40 });
    expect((await reader.client.put(`/projects/${inside}`, { description: "mine" })).status).toBe(200);
    expect((await reader.client.get(`/projects/${inside}/members/${reader.id}`)).status).toBe(404);
    expect((await reader.client.get(`/projects/${inside}/members/all/${reader.id}`)).body.access_level).toBe(40);
    await service.root.delete(`/groups/${group}/members/${reader.id}`);
    expect((await reader.client.get(`/projects/${inside}`)).status).toBe(404);
  });

  it("is hidden from whoever is no member", async () => {
    expect((await owner.client.get("/groups/team")).body).toEqual({ message: "404 Group Not Found" });
    expect((await owner.client.get("/groups")).body).toEqual([]);
    expect((await owner.client.get(`/groups/${group}/members`)).status).toBe(404);
  });

  it("lets Owners alone manage its members", async () => {
    const maintainer = await createUser(service, "mara");
    await service.root.post(`/groups/${group}/members`, { user_id: maintainer.id, access_level: 40 });
    const attempt = await maintainer.client.post(`/groups/${group}/members`, { user_id: other.id, access_level: 10 });
    expect(attempt.status).toBe(403);
  });

  it("keeps an Owner", async () => {
    const { body: alone } = await owner.client.post("/groups", { name: "Alone", path: "alone" });
    const member = `/groups/${alone.id}/members/${owner.id}`;
    expect((await owner.client.delete(member)).body.message).toContain("must keep an Owner");
    expect((await owner.client.put(member, { access_level: 40 })).status).toBe(400);
    await owner.client.post(`/groups/${alone.id}/members`, { user_id: other.id, access_level: 50 });
    expect((await owner.client.delete(member)).status).toBe(204);
  });

  it("is no personal namespace", async () => {
    expect((await owner.client.get("/groups/olga")).status).toBe(404);
  });
});

describe("members of a project", () => {
  it("are given no level above the giver's, and nobody above is touched", async () => {
    const project = await createOwnProject(owner, "levels");
    const maintainer = await createUser(service, "max");
    await addProjectMember(service, project, maintainer.id, 40);
    const newcomer = { user_id: other.id, access_level: 50 };
    expect((await maintainer.client.post(`/projects/${project}/members`, newcomer)).status).toBe(403);
    expect((await owner.client.post(`/projects/${project}/members`, newcomer)).status).toBe(201);
    expect((await owner.client.post(`/projects/${project}/members`, newcomer)).status).toBe(409);
    expect((await maintainer.client.delete(`/projects/${project}/members/${other.id}`)).status).toBe(403);
    expect((await maintainer.client.put(`/projects/${project}/members/${other.id}`, { access_level: 10 })).status).toBe(
      403,
    );
    expect((await other.client.delete(`/projects/${project}/members/${other.id}`)).status).toBe(204);
  });
});

describe("POST /features/:name", () => {
  it("refuses actors that it does not know: it would switch for everybody", async () => {
    const answer = await service.root.post("/features/resource_access_token", { value: true, user: "olga" });
    expect(answer).toMatchObject({ status: 400, body: { error: "user is not supported here" } });
  });
});

describe("events", () => {
  it("say who did what, when, to what, with which token", async () => {
    const project = await createOwnProject(owner, "story");
    await enableProjectAccessTokens(service, project);
    const robot = await createProjectAccessToken(service, project, { by: owner });
    service.clock.advance({ days: 2 });
    await robot.client.put(`/projects/${project}`, { description: "told" });
    const { body: own } = await owner.client.get("/personal_access_tokens/self");
    const { body: events } = await owner.client.get(`/projects/${project}/events?sort=asc`);
    expect(events).toMatchObject([
      { action_name: "created", target_type: "Project", target_id: project, author_username: "olga" },
      { action_name: "enabled", target_type: "FeatureFlag", author_username: "root" },
      { action_name: "created", target_type: "AccessToken", target_id: robot.id, access_token_id: own.id },
      { action_name: "updated", author_id: robot.userId, access_token_id: robot.id, project_id: project },
    ]);
    const today = service.clock.now().toISOString();
    expect(events[3].created_at).toBe(today);
    const count = async (query: string) =>
      (await owner.client.get(`/projects/${project}/events?${query}`)).headers.get("x-total");
    const date = today.slice(0, 10);
    expect(await count(`before=${date}`)).toBe("3");
    expect(await count(`after=${date}`)).toBe("0");
    expect(await count("action=updated")).toBe("1");
    expect(await count("target_type=access_token")).toBe("1");
  });

  it("are for those who are meant: a user's for themselves and administrators, a project's for its Reporters", async () => {
    const project = await createOwnProject(owner, "open", { visibility: "public" });
    expect((await other.client.get(`/projects/${project}/events`)).status).toBe(403);
    expect((await other.client.get(`/users/${owner.id}/events`)).status).toBe(403);
    expect((await owner.client.get(`/users/${owner.id}/events`)).status).toBe(200);
    expect((await service.root.get("/users/99999/events")).status).toBe(404);
  });
});
