import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiClient } from "../../support/api-client.ts";
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
let nested: number;
let internal: number;
let open: number;
let boss: User;
let colleague: User;
let stranger: User;
let foreignBot: ProjectAccessToken;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  const group = await createGroup(service, "cellar");
  nested = await createGroup(service, "inner", group);
  await service.root.put(`/groups/${group}`, { name: "Takeover of Acme" });
  await service.root.put(`/groups/${nested}`, { name: "Lawyers" });
  internal = await createProject(service, nested, "app", { visibility: "internal" });
  open = await createProject(service, nested, "open", { visibility: "public" });
  boss = await createUser(service, "boss");
  await addGroupMember(service, group, boss.id, 50);
  colleague = await createUser(service, "cora");
  for (const project of [internal, open]) await addProjectMember(service, project, colleague.id, 30);
  stranger = await createUser(service, "sam");
  foreignBot = await createProjectAccessToken(service, await createOwnProject(stranger, "own"), { by: stranger });
});
afterAll(() => service.stop());

const usernames = async (client: ApiClient, path: string) => {
  const { body, headers } = await client.get(path);
  expect(Number(headers.get("X-Total"))).toBe(body.length);
  return body.map(({ username }: { username: string }) => username).sort();
};

describe("an attacker who sees a project, and not the group that it lies in", () => {
  it("lists the inherited members: they are left out, in number too", async () => {
    for (const search of ["", "?query=boss", "?per_page=1"]) {
      const found = await usernames(stranger.client, `/projects/${internal}/members/all${search}`);
      expect(found).toEqual(search === "?query=boss" ? [] : ["cora"]);
    }
    expect((await foreignBot.client.get(`/projects/${open}/members/all`)).status).toBe(403);
  });

  it("asks for one of them by number: there is none, as of somebody who is no member at all", async () => {
    for (const path of ["members/all", "members"]) {
      const ask = (userId: number) => stranger.client.get(`/projects/${internal}/${path}/${userId}`);
      const answer = await ask(boss.id);
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual((await ask(stranger.id)).body);
    }
  });

  it("asks for the level of a member who has a higher one through the group: the project's own is told", async () => {
    await addProjectMember(service, internal, boss.id, 20);
    const level = async (client: ApiClient) =>
      (await client.get(`/projects/${internal}/members/all/${boss.id}`)).body.access_level;
    expect(await level(stranger.client)).toBe(20);
    expect(await level(colleague.client)).toBe(50);
    await service.root.delete(`/projects/${internal}/members/${boss.id}`);
  });

  it("looks for the group's name in the project, in lists and in events: the path is all there is", async () => {
    const { body: shown } = await stranger.client.get(`/projects/${internal}`);
    expect(shown.namespace).toMatchObject({ name: "inner", full_path: "cellar/inner" });
    expect(shown.name_with_namespace).toBe("cellar / inner / app");
    const { body: listed } = await stranger.client.get("/projects?search=cellar");
    expect(listed).toHaveLength(2);
    for (const { body } of [
      { body: shown },
      { body: listed },
      await foreignBot.client.get(`/projects/${open}`),
      await colleague.client.get(`/projects/${internal}`),
      await stranger.client.get("/groups?search=inner"),
    ])
      expect(JSON.stringify(body)).not.toMatch(/Acme|Lawyers/);
    expect((await stranger.client.get(`/projects/${internal}/events`)).status).toBe(403);
  });

  it("is a member of a nested group: the names of those above are not told, and its own is", async () => {
    const guest = await createUser(service, "gus");
    await addGroupMember(service, nested, guest.id, 10);
    expect((await guest.client.get(`/groups/${nested}`)).body).toMatchObject({
      name: "Lawyers",
      full_name: "cellar / Lawyers",
    });
    expect((await guest.client.get(`/projects/${internal}`)).body.namespace.name).toBe("Lawyers");
    expect((await boss.client.get(`/groups/${nested}`)).body.full_name).toBe("Takeover of Acme / Lawyers");
    await service.root.delete(`/groups/${nested}/members/${guest.id}`);
  });
});

describe("who is a member of a project", () => {
  it("sees everybody who has access to it, inherited or not; so do administrators, its bot, and the group's members", async () => {
    const robot = await createProjectAccessToken(service, internal);
    const bot = (await robot.client.get("/user")).body.username;
    for (const client of [colleague.client, boss.client, service.root, robot.client])
      expect(await usernames(client, `/projects/${internal}/members/all`)).toEqual(
        ["boss", "cora", bot, "root"].sort(),
      );
  });
});

describe("a project in somebody's own namespace", () => {
  it("shows whose it is to everybody who sees it: the path says so already", async () => {
    const project = await createOwnProject(colleague, "shared", { visibility: "internal" });
    expect(await usernames(stranger.client, `/projects/${project}/members/all`)).toEqual(["cora"]);
  });
});
