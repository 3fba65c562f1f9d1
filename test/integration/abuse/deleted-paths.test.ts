/** Who gets at the images of a project that was deleted, by taking its path. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiAnswer, ApiClient } from "../../support/api-client.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { requestToken } from "../../support/token-request.ts";
import {
  addGroupMember,
  createOwnProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type User,
} from "../../support/world.ts";

let service: TestService;
let alice: User;
let mallory: User;
let administrator: User;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  alice = await createUser(service, "alice");
  mallory = await createUser(service, "mallory");
  administrator = await createUser(service, "adam", { admin: true });
});
afterAll(() => service.stop());

const WARNING =
  /^299 keyside "something of the path \S+, or below it, was deleted before: the images .* are still in the registry/;

const makeGroup = (client: ApiClient, path: string, parentId?: number) =>
  client.post("/groups", { name: path, path, parent_id: parentId });
const makeProject = (client: ApiClient, path: string, namespaceId?: number) =>
  client.post("/projects", { path, namespace_id: namespaceId });

async function done(answer: Promise<ApiAnswer>, status: number): Promise<ApiAnswer> {
  const given = await answer;
  expect(given.status, JSON.stringify(given.body)).toBe(status);
  return given;
}
const made = async (answer: Promise<ApiAnswer>): Promise<number> => (await done(answer, 201)).body.id;

/** A group of alice's with the private project `billing`. */
async function teamOfAlice(path: string): Promise<{ group: number; project: number }> {
  const group = await made(makeGroup(alice.client, path));
  return { group, project: await made(makeProject(alice.client, "billing", group)) };
}

/** The same, after alice deleted the project, and the group too. */
async function goneTeam(path: string): Promise<void> {
  const { group, project } = await teamOfAlice(path);
  await done(alice.client.delete(`/projects/${project}`), 204);
  await done(alice.client.delete(`/groups/${group}`), 204);
}

const grantOf = async ({ secret }: { secret: string }, repository: string) =>
  (await requestToken(service, { password: secret, scopes: [`repository:${repository}:pull,push`] })).access;

/** A path that was refused looks as one does that something has: to the byte, apart from its name. */
function expectTaken(answer: ApiAnswer, path: string): void {
  expect(answer).toMatchObject({ status: 409, body: { message: `the path "${path}" has already been taken` } });
  expect(Object.keys(answer.body)).toEqual(["message"]);
  expect(answer.headers.get("warning")).toBeNull();
}

describe("a stranger who wants the images of a deleted project", () => {
  it("cannot take its group's path, and is told what everybody is told of a path in use", async () => {
    await goneTeam("acme");
    await made(makeGroup(alice.client, "in-use"));
    expectTaken(await makeGroup(mallory.client, "in-use"), "in-use");
    expectTaken(await makeGroup(mallory.client, "acme"), "acme");
    // Nor can who had it: it is at the top level, where nobody is an Owner.
    expectTaken(await makeGroup(alice.client, "acme"), "acme");
  });

  it("cannot take its path as an Owner of a group that came in the place of the old one", async () => {
    await goneTeam("initech");
    const { id: group } = (await done(makeGroup(administrator.client, "initech"), 201)).body;
    await addGroupMember(service, group, mallory.id, 50);
    expectTaken(await makeProject(mallory.client, "billing", group), "initech/billing");
    expectTaken(await makeGroup(mallory.client, "billing", group), "initech/billing");
    expect(await grantOf(mallory, "initech/billing/api")).toEqual([]);
    expect((await makeProject(mallory.client, "shipping", group)).status).toBe(201);
    expect((await makeProject(administrator.client, "billing", group)).status).toBe(201);
  });

  it("cannot take it as a Maintainer of its group, by a project or a group", async () => {
    const { group, project } = await teamOfAlice("umbrella");
    await addGroupMember(service, group, mallory.id, 40);
    await done(alice.client.delete(`/projects/${project}`), 204);
    expectTaken(await makeProject(mallory.client, "billing", group), "umbrella/billing");
    expectTaken(await makeGroup(mallory.client, "billing", group), "umbrella/billing");
  });

  it("cannot take the path of a deleted group inside another, or what was below it", async () => {
    const group = await made(makeGroup(alice.client, "hooli"));
    const inner = await made(makeGroup(alice.client, "search", group));
    const project = await made(makeProject(alice.client, "crawler", inner));
    await done(alice.client.delete(`/projects/${project}`), 204);
    await done(alice.client.delete(`/groups/${inner}`), 204);
    await addGroupMember(service, group, mallory.id, 40);
    expectTaken(await makeGroup(mallory.client, "search", group), "hooli/search");
    // The outer group's Owner may have the inner one again, but not what lay in the one that is gone.
    const again = await made(makeGroup(alice.client, "search", group));
    expectTaken(await makeProject(alice.client, "crawler", again), "hooli/search/crawler");
  });

  it("cannot reach it by a project whose path is that of the group it was in, taken over or released", async () => {
    const group = await made(makeGroup(alice.client, "aperture"));
    const inner = await made(makeGroup(alice.client, "lab", group));
    const project = await made(makeProject(alice.client, "portal", inner));
    await done(alice.client.delete(`/projects/${project}`), 204);
    await done(alice.client.delete(`/groups/${inner}`), 204);
    await addGroupMember(service, group, mallory.id, 50);
    expectTaken(await makeProject(mallory.client, "lab", group), "aperture/lab");
    await done(service.root.delete("/deleted_paths/aperture%2Flab"), 204);
    expectTaken(await makeProject(mallory.client, "lab", group), "aperture/lab");
    expect(await grantOf(mallory, "aperture/lab/portal/api")).toEqual([]);
    const { headers } = await done(makeProject(administrator.client, "lab", group), 201);
    expect(headers.get("warning")).toMatch(WARNING);
  });

  it("cannot take the path of a deleted human, nor can a human of the same name take what that one had", async () => {
    const bob = await createUser(service, "bob");
    const project = await createOwnProject(bob, "app");
    await done(bob.client.delete(`/projects/${project}`), 204);
    await done(service.root.delete(`/users/${bob.id}`), 204);
    expectTaken(await makeGroup(mallory.client, "bob"), "bob");
    const account = { username: "bob", name: "Bob", email: "bob@example.org", reset_password: true };
    const { body, headers } = await done(service.root.post("/users", account), 201);
    expect(headers.get("warning")).toMatch(WARNING);
    const secret = await done(
      service.root.post(`/users/${body.id}/personal_access_tokens`, { name: "own", scopes: ["api"] }),
      201,
    );
    expectTaken(await makeProject(service.as(secret.body.token), "app"), "bob/app");
  });

  it("gets nothing under the path, even as who had it; nor does anybody if it was public", async () => {
    const group = await made(makeGroup(alice.client, "soylent"));
    const { id } = (
      await done(alice.client.post("/projects", { path: "green", namespace_id: group, visibility: "public" }), 201)
    ).body;
    const robot = await createProjectAccessToken(service, id, { by: alice, scopes: ["read_registry"] });
    const anonymous = () => requestToken(service, { scopes: ["repository:soylent/green/x:pull"] });
    expect((await anonymous()).access).toEqual(["soylent/green/x pull"]);
    await done(alice.client.delete(`/projects/${id}`), 204);
    expect((await anonymous()).access).toEqual([]);
    expect(await grantOf(administrator, "soylent/green/x")).toEqual([]);
    expect((await requestToken(service, { password: robot.secret })).status).toBe(401);
    // A token of before stays dead when the path lives again.
    expect((await makeProject(alice.client, "green", group)).status).toBe(201);
    expect((await requestToken(service, { password: robot.secret })).status).toBe(401);
    expect((await anonymous()).access).toEqual([]);
  });

  it("cannot free the path, nor learn that it is kept", async () => {
    await goneTeam("cyberdyne");
    for (const path of ["cyberdyne", "cyberdyne%2Fbilling", "nothing"]) {
      expect(await mallory.client.get(`/deleted_paths/${path}`)).toMatchObject({ status: 403 });
      expect(await mallory.client.delete(`/deleted_paths/${path}`)).toMatchObject({ status: 403 });
    }
    expectTaken(await makeGroup(mallory.client, "cyberdyne"), "cyberdyne");
  });
});

describe("a bot", () => {
  it("never takes a path, not even in the project's own namespace", async () => {
    const group = await made(makeGroup(alice.client, "tyrell"));
    const project = await made(makeProject(alice.client, "nexus", group));
    const doomed = await made(makeProject(alice.client, "rachael", group));
    const robot = await createProjectAccessToken(service, project, { by: alice, access_level: 50 });
    await done(alice.client.delete(`/projects/${doomed}`), 204);
    expect((await makeProject(robot.client, "rachael", group)).status).toBe(403);
    expect((await makeGroup(robot.client, "rachael", group)).status).toBe(403);
  });
});

describe("who may take the path of something that was deleted, and is told that the images are there", () => {
  it("is an Owner of the namespace that it was in, which is still there", async () => {
    const { group, project } = await teamOfAlice("stark");
    await done(alice.client.delete(`/projects/${project}`), 204);
    const again = await done(makeProject(alice.client, "billing", group), 201);
    expect(again.headers.get("warning")).toMatch(WARNING);
    expect(again.headers.get("warning")).toContain("stark/billing");
    expect((await alice.client.get("/projects/stark%2Fbilling")).body.id).toBe(again.body.id);
    expect(await grantOf(await tokenOf(again.body.id), "stark/billing/api")).toEqual(["stark/billing/api pull,push"]);
  });

  it("is a human, in their own namespace", async () => {
    const project = await createOwnProject(alice, "notes");
    await done(alice.client.delete(`/projects/${project}`), 204);
    expect((await done(makeProject(alice.client, "notes"), 201)).headers.get("warning")).toMatch(WARNING);
  });

  it("is an administrator, everywhere", async () => {
    await goneTeam("wayne");
    const group = await done(makeGroup(administrator.client, "wayne"), 201);
    expect(group.headers.get("warning")).toMatch(WARNING);
    const project = await done(makeProject(administrator.client, "billing", group.body.id), 201);
    expect(project.headers.get("warning")).toMatch(WARNING);
  });

  it("is not told so of a path that nothing had", async () => {
    const group = await done(makeGroup(alice.client, "fresh"), 201);
    const project = await done(makeProject(alice.client, "app", group.body.id), 201);
    expect([group, project].map(({ headers }) => headers.get("warning"))).toEqual([null, null]);
  });
});

const tokenOf = (project: number) =>
  createProjectAccessToken(service, project, { by: alice, scopes: ["read_registry", "write_registry"] });

describe("two requests at once about one path", () => {
  const ROUNDS = Array.from({ length: 8 }, (_, index) => index);
  const statuses = (answers: ApiAnswer[]) => answers.map(({ status }) => status);

  /** Each path is either alive, with one owner, or a tombstone without any. */
  async function expectSound(): Promise<void> {
    const broken = await service.container.database.em().execute(`
      select r.path from full_paths r
      where (select count(*) from projects where full_path_id = r.id)
        + (select count(*) from namespaces where full_path_id = r.id)
        <> case when r.deleted_at is null then 1 else 0 end`);
    expect(broken).toEqual([]);
  }

  it("never give it to a stranger while its owner deletes it", async () => {
    for (const round of ROUNDS) {
      const group = await made(makeGroup(alice.client, `race-${round}`));
      const strangers = [1, 2, 3].map(() => makeGroup(mallory.client, `race-${round}`));
      const [deleted, ...others] = await Promise.all([alice.client.delete(`/groups/${group}`), ...strangers]);
      expect(statuses([deleted, ...others])).toEqual([204, 409, 409, 409]);
    }
    await expectSound();
  });

  it("give it to one of its Owners, before or after the deletion", async () => {
    const group = await made(makeGroup(alice.client, "racers"));
    for (const round of ROUNDS) {
      const project = await made(makeProject(alice.client, `app-${round}`, group));
      const [deleted, ...again] = await Promise.all([
        alice.client.delete(`/projects/${project}`),
        ...[1, 2, 3].map(() => makeProject(alice.client, `app-${round}`, group)),
      ]);
      expect(deleted.status).toBe(204);
      expect(again.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(1);
      expect(again.every(({ status }) => status === 201 || status === 409)).toBe(true);
    }
    await expectSound();
  });

  it("give one Owner what two take over at once", async () => {
    const group = await made(makeGroup(alice.client, "heirs"));
    for (const round of ROUNDS) {
      const project = await made(makeProject(alice.client, `app-${round}`, group));
      await done(alice.client.delete(`/projects/${project}`), 204);
      const again = await Promise.all([1, 2, 3].map(() => makeProject(alice.client, `app-${round}`, group)));
      expect(statuses(again).sort()).toEqual([201, 409, 409]);
    }
    await expectSound();
  });

  it("leave no project without its group, when one takes a path in a group that another deletes", async () => {
    for (const round of ROUNDS) {
      const { group, project } = await teamOfAlice(`both-${round}`);
      await done(alice.client.delete(`/projects/${project}`), 204);
      const [deleted, again] = await Promise.all([
        alice.client.delete(`/groups/${group}`),
        makeProject(alice.client, "billing", group),
      ]);
      expect([
        [204, 404],
        [204, 409],
        [409, 201],
      ]).toContainEqual([deleted.status, again.status]);
    }
    await expectSound();
  });

  it("release it once, and take it over or find it free", async () => {
    for (const round of ROUNDS) {
      await done(alice.client.delete(`/groups/${await made(makeGroup(alice.client, `freed-${round}`))}`), 204);
      const [one, other, taken] = await Promise.all([
        service.root.delete(`/deleted_paths/freed-${round}`),
        service.root.delete(`/deleted_paths/freed-${round}`),
        makeGroup(administrator.client, `freed-${round}`),
      ]);
      expect(taken.status).toBe(201);
      expect([one, other].filter(({ status }) => status === 204).length).toBeLessThanOrEqual(1);
      expect([one, other].every(({ status }) => status === 204 || status === 404)).toBe(true);
    }
    await expectSound();
  });
});
