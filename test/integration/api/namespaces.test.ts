import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiClient } from "../../support/api-client.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addGroupMember,
  createGroup,
  createOwnProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type User,
} from "../../support/world.ts";

let service: TestService;
let ann: User;
let otto: User;

beforeAll(async () => {
  service = await startTestService();
  const team = await createGroup(service, "team");
  await createGroup(service, "backend", team);
  await createGroup(service, "ann-fans");
  await createUser(service, "a-ann");
  ann = await createUser(service, "ann");
  otto = await createUser(service, "otto");
  await addGroupMember(service, team, ann.id, 20);
});
afterAll(() => service.stop());

async function paths(client: ApiClient, query = ""): Promise<string[]> {
  const { status, body } = await client.get(`/namespaces${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.map(({ full_path }: { full_path: string }) => full_path);
}

describe("GET /namespaces", () => {
  it("lists one's own and the groups that one is a member of, with what lies below them", async () => {
    expect(await paths(ann.client)).toEqual(["ann", "team", "team/backend"]);
    expect(await paths(otto.client)).toEqual(["otto"]);
  });

  it("lists all of them for administrators", async () => {
    expect(await paths(service.root)).toEqual(
      expect.arrayContaining(["root", "ann", "otto", "team", "team/backend", "ann-fans"]),
    );
  });

  it("lists none for bots, and nothing for nobody", async () => {
    const project = await createOwnProject(otto, "app");
    await enableProjectAccessTokens(service, project);
    const { client } = await createProjectAccessToken(service, project, { by: otto, access_level: 40 });
    expect(await paths(client)).toEqual([]);
    expect((await client.get("/namespaces/otto")).status).toBe(404);
    expect((await service.as(undefined).get("/namespaces")).status).toBe(401);
  });

  it("puts what is searched for before what merely holds it, as clients take the first", async () => {
    expect(await paths(service.root, "?search=ann")).toEqual(["ann", "a-ann", "ann-fans"]);
    expect(await paths(service.root, "?search=ANN")).toEqual(["ann", "a-ann", "ann-fans"]);
    expect(await paths(ann.client, "?search=end")).toEqual(["team/backend"]);
    expect(await paths(otto.client, "?search=ann")).toEqual([]);
    expect(await paths(service.root, "?search=%25")).toEqual([]);
  });

  it("lists those at the top, and those that one owns", async () => {
    expect(await paths(ann.client, "?top_level_only=true")).toEqual(["ann", "team"]);
    expect(await paths(ann.client, "?owned_only=true")).toEqual(["ann"]);
    expect(await paths(service.root, "?owned_only=true")).toEqual(["ann-fans", "root", "team", "team/backend"]);
  });

  it("comes in pages", async () => {
    const page = await ann.client.get("/namespaces?per_page=2&page=2");
    expect(page.body).toMatchObject([{ full_path: "team/backend" }]);
    expect(page.headers.get("x-total")).toBe("3");
    expect((await ann.client.get("/namespaces?per_page=2&page=9")).headers.get("x-total")).toBe("3");
  });
});

describe("GET /namespaces/:id", () => {
  it("shows a group and one's own, by number and by path, as a project has it inside", async () => {
    const { body: own } = await ann.client.get("/namespaces/ann");
    expect(own).toEqual({
      id: expect.any(Number),
      name: "ann",
      path: "ann",
      kind: "user",
      full_path: "ann",
      parent_id: null,
      avatar_url: null,
      web_url: expect.stringMatching(/\/ann$/),
    });
    expect((await ann.client.get(`/namespaces/${own.id}`)).body).toEqual(own);
    const project = await ann.client.get(`/projects/${await createOwnProject(ann, "app")}`);
    expect(project.body.namespace).toEqual(own);
    const { body: group } = await ann.client.get("/groups/team%2Fbackend");
    expect((await ann.client.get("/namespaces/team%2Fbackend")).body).toMatchObject({
      id: group.id,
      kind: "group",
      parent_id: group.parent_id,
      web_url: group.web_url,
    });
  });

  it("answers for what is hidden as for what does not exist", async () => {
    const { body: hidden } = await ann.client.get("/namespaces/team");
    for (const id of ["nowhere", "2000000000", "team", String(hidden.id), "ann"]) {
      const answer = await otto.client.get(`/namespaces/${id}`);
      expect(answer).toMatchObject({ status: 404, body: { message: "404 Namespace Not Found" } });
    }
  });
});
