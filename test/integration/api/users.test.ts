import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addProjectMember,
  createGroup,
  createProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type User,
} from "../../support/world.ts";

let service: TestService;
let team: number;
let app: number;
let ann: User;
let ghost: number;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  team = await createGroup(service, "team");
  app = await createProject(service, team, "app");
  ann = await createUser(service, "ann");
  await addProjectMember(service, app, ann.id, 40);
  ghost = (await service.root.get("/users?username=ghost")).body[0].id;
});
afterAll(() => service.stop());

const refusal = (status: number, words: string) => ({ status, body: { message: expect.stringContaining(words) } });

describe("POST /users", () => {
  const account = { username: "bob", name: "Bob", email: "bob@example.com", password: "a long password" };

  it("makes a human who may make projects in a namespace of their own", async () => {
    const bob = await createUser(service, "bob");
    const project = await service.as(bob.secret).post("/projects", { name: "My App" });
    expect(project).toMatchObject({ status: 201, body: { path_with_namespace: "bob/my-app", visibility: "private" } });
  });

  it("is for administrators", async () => {
    expect((await service.as(ann.secret).post("/users", account)).status).toBe(403);
  });

  it("refuses a username or an address that is taken", async () => {
    expect(await service.root.post("/users", { ...account, username: "ann" })).toMatchObject(
      refusal(409, "Username has already been taken"),
    );
    expect(await service.root.post("/users", { ...account, username: "bert", email: "ann@example.com" })).toMatchObject(
      refusal(409, "Email has already been taken"),
    );
    expect(await service.root.post("/users", { ...account, username: "team", email: "t@example.com" })).toMatchObject(
      refusal(409, "taken"),
    );
  });

  it("leaves nothing behind when the namespace's path is taken", async () => {
    expect((await service.root.get("/users?username=team")).body).toEqual([]);
  });

  it.each([
    [{ ...account, username: "Up" }, "username is invalid"],
    [{ ...account, username: "api" }, "username is invalid"],
    [{ ...account, email: "nobody" }, "email is invalid"],
    [{ ...account, password: "short" }, "password is too small"],
    [{}, "username is missing, name is missing, email is missing"],
  ])("refuses %j", async (body, words) => {
    const answer = await service.root.post("/users", body);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining(words) } });
  });
});

describe("POST /users/:id/personal_access_tokens", () => {
  it("gives none to a bot or the ghost", async () => {
    const bot = await createProjectAccessToken(service, app);
    for (const id of [bot.userId, ghost]) {
      const answer = await service.root.post(`/users/${id}/personal_access_tokens`, { name: "x", scopes: ["api"] });
      expect(answer).toMatchObject(refusal(400, "only a human has personal access tokens"));
    }
  });
});

describe("POST /groups", () => {
  it("nests groups, for their Maintainers", async () => {
    const nested = await service.root.post("/groups", { name: "Backend", path: "backend", parent_id: team });
    expect(nested).toMatchObject({ status: 201, body: { full_path: "team/backend", parent_id: team } });
    expect((await service.as(ann.secret).post("/groups", { name: "x", path: "x", parent_id: team })).status).toBe(404);
  });

  it("refuses a path that a group or a project has", async () => {
    expect(await service.root.post("/groups", { name: "x", path: "team" })).toMatchObject(
      refusal(409, '"team" has already been taken'),
    );
    expect(await service.root.post("/groups", { name: "x", path: "app", parent_id: team })).toMatchObject(
      refusal(409, '"team/app"'),
    );
  });

  it("refuses a reserved word at the top alone", async () => {
    expect((await service.root.post("/groups", { name: "x", path: "jwt" })).status).toBe(400);
    expect((await service.root.post("/groups", { name: "x", path: "jwt", parent_id: team })).status).toBe(201);
  });

  it("gives a path that two want at once to one of them", async () => {
    const answers = await Promise.all(
      [1, 2, 3].map(() => service.root.post("/groups", { name: "race", path: "race" })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(2);
  });
});

describe("POST /projects", () => {
  it("is for Maintainers of the namespace", async () => {
    expect((await service.as(ann.secret).post("/projects", { path: "x", namespace_id: team })).status).toBe(404);
  });

  it.each([
    [{}, "name"],
    [{ path: "A" }, "path is invalid"],
    [{ path: "a..b" }, "path is invalid"],
    [{ name: "---" }, "path "],
    [{ path: "x", visibility: "secret" }, "visibility does not have a valid value"],
  ])("refuses %j", async (body, words) => {
    const answer = await service.root.post("/projects", { ...body, namespace_id: team });
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining(words) } });
  });
});

describe("the members of a project", () => {
  const members = () => `/projects/${app}/members`;

  it("are added once, at one of the five levels, not above one's own", async () => {
    const carl = await createUser(service, "carl");
    const as = service.as(ann.secret);
    expect((await as.post(members(), { user_id: carl.id, access_level: 50 })).status).toBe(403);
    expect((await as.post(members(), { user_id: carl.id, access_level: 35 })).status).toBe(400);
    expect(await as.post(members(), { user_id: carl.id, access_level: 20 })).toMatchObject({
      status: 201,
      body: { id: carl.id, access_level: 20 },
    });
    expect(await as.post(members(), { user_id: carl.id, access_level: 30 })).toMatchObject(
      refusal(409, "Member already exists"),
    );
    expect((await as.delete(`${members()}/${carl.id}`)).status).toBe(204);
    expect((await as.delete(`${members()}/${carl.id}`)).status).toBe(404);
  });

  it("are never the ghost, nobody, or a bot of another project", async () => {
    const other = await createProject(service, team, "other");
    const bot = await createProjectAccessToken(service, other);
    const add = (id: number) => service.root.post(members(), { user_id: id, access_level: 30 });
    expect(await add(bot.userId)).toMatchObject(refusal(400, "a bot user cannot be added to a project"));
    expect(await add(ghost)).toMatchObject(refusal(400, "Ghost User"));
    expect((await add(999_999)).status).toBe(404);
  });

  it("keep a bot for as long as its token lives, whoever would remove it", async () => {
    const bot = await createProjectAccessToken(service, app);
    for (const client of [service.root, service.as(ann.secret)]) {
      expect(await client.delete(`${members()}/${bot.userId}`)).toMatchObject(
        refusal(400, "revoke its access token instead"),
      );
    }
  });
});

describe("/features", () => {
  it("is for administrators", async () => {
    expect((await service.as(ann.secret).get("/features")).status).toBe(403);
    expect((await service.as(ann.secret).post("/features/resource_access_token", { value: true })).status).toBe(403);
  });

  it("tells where a flag is on", async () => {
    expect((await service.root.get("/features")).body).toMatchObject([{ name: "resource_access_token", state: "on" }]);
  });

  it("refuses a flag that there is not, a value that is none, and a project that there is not", async () => {
    expect((await service.root.post("/features/nonsense", { value: true })).status).toBe(400);
    expect((await service.root.post("/features/resource_access_token", { value: "perhaps" })).status).toBe(400);
    expect(
      (await service.root.post("/features/resource_access_token", { value: true, project: "no/where" })).status,
    ).toBe(404);
  });

  it("takes the same setting from two at once", async () => {
    for (const path of ["fresh-1", "fresh-2", "fresh-3", "fresh-4", "fresh-5"]) {
      const project = String(await createProject(service, team, path));
      const set = () => service.root.post("/features/resource_access_token", { value: true, project });
      expect((await Promise.all([set(), set(), set(), set()])).map(({ status }) => status)).toEqual([
        201, 201, 201, 201,
      ]);
    }
  });
});
