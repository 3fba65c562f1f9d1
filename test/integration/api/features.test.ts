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
let developer: User;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  team = await createGroup(service, "team");
  app = await createProject(service, team, "app");
  ann = await createUser(service, "ann");
  await addProjectMember(service, app, ann.id, 40);
  developer = await createUser(service, "developer");
  await addProjectMember(service, app, developer.id, 30);
});
afterAll(() => service.stop());

const path = (project: number | string = app) => `/projects/${project}/access_tokens`;
const wanted = { name: "ci", scopes: ["read_registry", "write_registry"] };

describe("/features", () => {
  it("is for administrators", async () => {
    expect((await ann.client.get("/features")).status).toBe(403);
    expect((await ann.client.post("/features/resource_access_token", { value: true })).status).toBe(403);
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

  it("refuses actors that it does not know: it would switch for everybody", async () => {
    const answer = await service.root.post("/features/resource_access_token", { value: true, user: "ann" });
    expect(answer).toMatchObject({ status: 400, body: { error: "user is not supported here" } });
  });

  it("takes an empty text for what is not given, as GitLab's client for Go sends it", async () => {
    const empty = { key: "", feature_group: "", user: "", group: "", namespace: "", project: "", repository: "" };
    const answer = await service.root.post("/features/resource_access_token", { value: true, force: false, ...empty });
    expect(answer).toMatchObject({ status: 201, body: { state: "on" } });
    expect((await service.root.post("/features/resource_access_token", { ...empty, value: "" })).status).toBe(400);
  });
});

describe("the feature flag resource_access_token", () => {
  const setFlag = async (value: boolean, project?: string) =>
    expect((await service.root.post("/features/resource_access_token", { value, project })).status).toBe(201);

  it("is off at first", async () => {
    const fresh = await startTestService();
    const project = await createProject(fresh, await createGroup(fresh, "team"), "app");
    const { status, body } = await fresh.root.post(path(project), wanted);
    await fresh.stop();
    expect(status).toBe(404);
    expect(body.message).toContain("resource_access_token");
  });

  it("off refuses creation with 404 and names itself; listing, revoking and using go on", async () => {
    const live = await createProjectAccessToken(service, app, { scopes: ["read_api"] });
    await setFlag(false);
    const refused = await service.root.post(path(), wanted);
    expect(refused).toMatchObject({
      status: 404,
      body: { message: expect.stringContaining('"resource_access_token" is off') },
    });
    expect((await service.root.get(path())).status).toBe(200);
    expect((await live.client.get(`/projects/${app}`)).status).toBe(200);
    expect((await service.root.delete(`${path()}/${live.id}`)).status).toBe(204);
    await setFlag(true);
  });

  it("of a project wins over the instance's, either way", async () => {
    const special = await createProject(service, team, "special");
    await setFlag(false, "team/special");
    expect((await service.root.post(path(special), wanted)).status).toBe(404);
    expect((await service.root.post(path(), wanted)).status).toBe(201);
    await setFlag(false);
    await setFlag(true, "team/special");
    expect((await service.root.post(path(special), wanted)).status).toBe(201);
    expect((await service.root.post(path(), wanted)).status).toBe(404);
    await setFlag(true);
  });

  it("does not tell who may not create anyway", async () => {
    await setFlag(false);
    expect((await developer.client.post(path(), wanted)).status).toBe(403);
    await setFlag(true);
  });
});
