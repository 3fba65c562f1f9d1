import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { requestToken } from "../../support/token-request.ts";
import {
  addGroupMember,
  addProjectMember,
  createGroup,
  createProject,
  createUser,
  type User,
} from "../../support/world.ts";

let service: TestService;
let team: number;
let ann: User;
let owner: User;
let other: User;

beforeAll(async () => {
  service = await startTestService();
  team = await createGroup(service, "team");
  const app = await createProject(service, team, "app");
  ann = await createUser(service, "ann");
  await addProjectMember(service, app, ann.id, 40);
  owner = await createUser(service, "olga");
  other = await createUser(service, "otto");
});
afterAll(() => service.stop());

const refusal = (status: number, words: string) => ({ status, body: { message: expect.stringContaining(words) } });

describe("POST /groups", () => {
  it("nests groups, for their Maintainers", async () => {
    const nested = await service.root.post("/groups", { name: "Backend", path: "backend", parent_id: team });
    expect(nested).toMatchObject({ status: 201, body: { full_path: "team/backend", parent_id: team } });
    expect((await ann.client.post("/groups", { name: "x", path: "x", parent_id: team })).status).toBe(404);
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
    expect(await service.root.post("/groups", { name: "x", path: "login" })).toMatchObject({
      status: 400,
      body: { error: 'path is invalid: "login" is not a path that is free: it is a reserved word' },
    });
    expect((await service.root.post("/groups", { name: "x", path: "jwt", parent_id: team })).status).toBe(201);
  });

  it("nests groups 20 deep, where a project's images are found as anywhere", async () => {
    let deepest = await createGroup(service, "deep");
    for (let depth = 2; depth <= 20; depth += 1) deepest = await createGroup(service, "in", deepest);
    expect(await service.root.post("/groups", { name: "x", path: "in", parent_id: deepest })).toMatchObject(
      refusal(400, "groups nest at most 20 deep"),
    );
    await createProject(service, deepest, "app", { visibility: "public" });
    const image = `deep${"/in".repeat(19)}/app/web`;
    const { access } = await requestToken(service, { scopes: [`repository:${image}:pull`] });
    expect(access).toEqual([`${image} pull`]);
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

describe("a group", () => {
  let group: number;
  let inside: number;

  beforeAll(async () => {
    group = await createGroup(service, "crew");
    const nested = await createGroup(service, "backend", group);
    inside = await createProject(service, nested, "app");
  });

  it("gives its members their level in all that lies in it", async () => {
    const reader = await createUser(service, "rita");
    expect((await reader.client.get(`/projects/${inside}`)).status).toBe(404);
    await addGroupMember(service, group, reader.id, 20);
    expect((await reader.client.get("/projects/crew%2Fbackend%2Fapp")).status).toBe(200);
    expect((await reader.client.put(`/projects/${inside}`, { name: "x" })).status).toBe(403);
    await service.root.put(`/groups/${group}/members/${reader.id}`, { access_level: 40 });
    expect((await reader.client.put(`/projects/${inside}`, { description: "mine" })).status).toBe(200);
    expect((await reader.client.get(`/projects/${inside}/members/${reader.id}`)).status).toBe(404);
    expect((await reader.client.get(`/projects/${inside}/members/all/${reader.id}`)).body.access_level).toBe(40);
    await service.root.delete(`/groups/${group}/members/${reader.id}`);
    expect((await reader.client.get(`/projects/${inside}`)).status).toBe(404);
  });

  it("is hidden from whoever is no member", async () => {
    expect((await owner.client.get("/groups/crew")).body).toEqual({ message: "404 Group Not Found" });
    expect((await owner.client.get("/groups")).body).toEqual([]);
    expect((await owner.client.get(`/groups/${group}/members`)).status).toBe(404);
  });

  it("lets Owners alone manage its members", async () => {
    const maintainer = await createUser(service, "mara");
    await addGroupMember(service, group, maintainer.id, 40);
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

describe("with KEYSIDE_TOP_LEVEL_GROUPS=administrators", () => {
  let strict: TestService;
  beforeAll(async () => {
    strict = await startTestService({ environment: { KEYSIDE_TOP_LEVEL_GROUPS: "administrators" } });
  });
  afterAll(() => strict.stop());

  it("the top level is for administrators; inside a group, its Maintainers make groups as ever", async () => {
    const zoe = await createUser(strict, "zoe");
    const makeGroup = (parent?: number) => zoe.client.post("/groups", { name: "x", path: "x", parent_id: parent });
    expect(await makeGroup()).toMatchObject(refusal(403, "only administrators create groups at the top level"));
    const top = await createGroup(strict, "top");
    await addGroupMember(strict, top, zoe.id, 40);
    expect((await makeGroup(top)).status).toBe(201);
    expect((await zoe.client.post("/projects", { path: "app" })).status).toBe(201);
  });
});

describe("GET /groups/:id/projects", () => {
  let reader: User;
  let outside: number;

  beforeAll(async () => {
    const group = await createGroup(service, "shop_1");
    const nested = await createGroup(service, "inner", group);
    // A path that only a wildcard takes for one below the group.
    outside = await createProject(service, await createGroup(service, "shopx1"), "public", { visibility: "public" });
    await createProject(service, group, "till", { visibility: "private" });
    await createProject(service, group, "window", { visibility: "public" });
    await createProject(service, nested, "cellar", { visibility: "internal" });
    reader = await createUser(service, "rosa");
    await addGroupMember(service, nested, reader.id, 20);
  });

  const names = async (query = "", id = "shop_1", client = service.root) => {
    const { body } = await client.get(`/groups/${id}/projects${query}`);
    return body.map(({ path }: { path: string }) => path);
  };

  it("lists those in the group itself, and those of its subgroups where they are asked for", async () => {
    expect(await names("?sort=asc")).toEqual(["till", "window"]);
    expect(await names("?sort=asc&include_subgroups=true")).toEqual(["till", "window", "cellar"]);
    expect((await service.root.get(`/projects/${outside}`)).status).toBe(200);
  });

  it("takes the filters, the order and the pages of /projects", async () => {
    expect(await names("?visibility=public")).toEqual(["window"]);
    expect(await names("?search=til")).toEqual(["till"]);
    expect(await names("?order_by=name&sort=desc&include_subgroups=true")).toEqual(["window", "till", "cellar"]);
    expect(await names("?archived=true")).toEqual([]);
    const page = await service.root.get("/groups/shop_1/projects?per_page=1");
    expect(page.headers.get("x-total")).toBe("2");
    expect(page.body).toMatchObject([{ path: "window", namespace: { full_path: "shop_1" } }]);
  });

  it("is hidden with the group, whatever in it is public", async () => {
    expect(await names("", "shop_1%2Finner", reader.client)).toEqual(["cellar"]);
    for (const id of ["shop_1", "nowhere", "olga"]) {
      for (const query of ["", "?archived=true"]) {
        const answer = await reader.client.get(`/groups/${id}/projects${query}`);
        expect(answer).toMatchObject({ status: 404, body: { message: "404 Group Not Found" } });
      }
    }
  });
});

describe("DELETE /groups/:id", () => {
  it("refuses while the group holds a project or a group, and names them", async () => {
    const group = await createGroup(service, "full");
    await createGroup(service, "sub", group);
    const answer = await service.root.delete(`/groups/${group}`);
    expect(answer).toMatchObject({ status: 409, body: { message: expect.stringContaining("full/sub") } });
    expect((await service.root.delete("/groups/full%2Fsub")).status).toBe(204);
    expect((await service.root.delete(`/groups/${group}`)).status).toBe(204);
    expect((await service.root.get("/groups/full")).status).toBe(404);
  });
});
