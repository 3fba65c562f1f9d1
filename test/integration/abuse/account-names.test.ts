/** What somebody tries who wants to know which accounts there are, and above all what bots are called. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addGroupMember,
  addProjectMember,
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
let stranger: User;
let groupMember: User;
let projectMember: User;
let ghost: number;
let hidden: number;
let open: number;
/** Bots of a project in a group, of a project that few see, and of a public one. */
let ours: ProjectAccessToken;
let secretBot: ProjectAccessToken;
let openBot: ProjectAccessToken;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  owner = await createUser(service, "olga");
  stranger = await createUser(service, "stan");
  groupMember = await createUser(service, "gina");
  projectMember = await createUser(service, "petra");
  const group = await createGroup(service, "team");
  const app = await createProject(service, await createGroup(service, "inner", group), "app");
  await addGroupMember(service, group, groupMember.id, 10);
  await addProjectMember(service, app, projectMember.id, 10);
  ours = await createProjectAccessToken(service, app, { name: "ours" });
  hidden = await createOwnProject(owner, "hidden");
  open = await createOwnProject(owner, "open", { visibility: "public" });
  secretBot = await createProjectAccessToken(service, hidden, { by: owner, name: "deploy to customer-X prod" });
  openBot = await createProjectAccessToken(service, open, { by: owner, name: "docs" });
  ghost = (await service.root.get("/users?username=ghost")).body[0].id;
});
afterAll(() => service.stop());

const NOBODY = 999_999;
const usernameOf = async (id: number): Promise<string> => (await service.root.get(`/users/${id}`)).body.username;

/** What a caller gets of an account, by number and by name. */
async function seen({ client }: { client: User["client"] }, id: number) {
  const byId = await client.get(`/users/${id}`);
  const byName = await client.get(`/users?username=${id === NOBODY ? "nobody-at-all" : await usernameOf(id)}`);
  const total = byName.headers.get("x-total");
  return {
    status: byId.status,
    body: byId.status === 404 ? byId.body : "an account",
    listed: byName.body.length,
    total,
  };
}
const HIDDEN = { status: 404, body: { message: "404 User Not Found" }, listed: 0, total: "0" };
const SEEN = { status: 200, body: "an account", listed: 1, total: "1" };

describe("a bot that asks for accounts", () => {
  it("sees those of its project's members, direct and inherited, and its own", async () => {
    for (const id of [ours.userId, projectMember.id, groupMember.id]) expect(await seen(ours, id)).toEqual(SEEN);
  });

  it("sees nobody else, as if there were nobody else", async () => {
    for (const id of [owner.id, stranger.id, secretBot.userId, openBot.userId, ghost, NOBODY]) {
      expect(await seen(ours, id)).toEqual(HIDDEN);
      expect((await ours.client.get(`/users/${id}/events`)).status).toBe(404);
    }
  });

  it("gets no members of another project, though it be public", async () => {
    expect((await ours.client.get(`/projects/${open}`)).status).toBe(200);
    for (const path of ["members", "members/all", `members/${openBot.userId}`, `members/all/${owner.id}`]) {
      expect((await ours.client.get(`/projects/${open}/${path}`)).status).toBe(403);
    }
  });
});

describe("a human who asks for accounts", () => {
  it("sees humans, and the bots of projects that they see", async () => {
    for (const id of [owner.id, ghost, openBot.userId]) expect(await seen(stranger, id)).toEqual(SEEN);
    for (const person of [groupMember, projectMember]) expect(await seen(person, ours.userId)).toEqual(SEEN);
    expect(await seen(owner, secretBot.userId)).toEqual(SEEN);
  });

  it("gets of a bot of a project hidden to them what they get of nobody", async () => {
    for (const person of [stranger, groupMember]) {
      for (const id of [secretBot.userId, NOBODY]) {
        expect(await seen(person, id)).toEqual(HIDDEN);
        expect(await person.client.get(`/users/${id}/events`)).toMatchObject({ status: 404, body: HIDDEN.body });
        const member = { user_id: id, access_level: 10 };
        const project = await createOwnProject(person, `p${id}`);
        const answer = await person.client.post(`/projects/${project}/members`, member);
        expect(answer).toMatchObject({ status: 404, body: HIDDEN.body });
      }
    }
    expect((await stranger.client.get(`/users/${owner.id}/events`)).status).toBe(403);
  });

  it("finds no address by searching for a part of it", async () => {
    expect((await stranger.client.get("/users?username=olga&search=olga@exam")).body).toEqual([]);
    expect((await stranger.client.get("/users?username=olga&search=olg")).body).toHaveLength(1);
  });
});

describe("an administrator", () => {
  it("sees every account", async () => {
    for (const id of [owner.id, ghost, secretBot.userId])
      expect(await seen({ client: service.root }, id)).toEqual(SEEN);
  });
});
