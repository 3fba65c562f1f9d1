import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addProjectMember,
  createGroup,
  createOwnProject,
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
let owner: User;
let other: User;
let ghost: number;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  team = await createGroup(service, "team");
  app = await createProject(service, team, "app");
  ann = await createUser(service, "ann");
  await addProjectMember(service, app, ann.id, 40);
  owner = await createUser(service, "olga");
  other = await createUser(service, "otto");
  ghost = (await service.root.get("/users?username=ghost")).body[0].id;
});
afterAll(() => service.stop());

const refusal = (status: number, words: string) => ({ status, body: { message: expect.stringContaining(words) } });

describe("the members of a project", () => {
  const members = () => `/projects/${app}/members`;

  it("are added once, at one of the five levels, not above one's own", async () => {
    const carl = await createUser(service, "carl");
    const as = ann.client;
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
    for (const client of [service.root, ann.client]) {
      expect(await client.delete(`${members()}/${bot.userId}`)).toMatchObject(
        refusal(400, "revoke its access token instead"),
      );
    }
  });

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
