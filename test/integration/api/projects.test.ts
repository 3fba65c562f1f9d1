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
let ann: User;
let owner: User;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  team = await createGroup(service, "team");
  const app = await createProject(service, team, "app");
  ann = await createUser(service, "ann");
  await addProjectMember(service, app, ann.id, 40);
  owner = await createUser(service, "olga");
});
afterAll(() => service.stop());

describe("POST /projects", () => {
  it("is for Maintainers of the namespace", async () => {
    expect((await ann.client.post("/projects", { path: "x", namespace_id: team })).status).toBe(404);
  });

  it.each([
    [{}, "name"],
    [{ path: "A" }, "path is invalid"],
    [{ path: "a..b" }, "path is invalid"],
    [{ name: "---" }, "path "],
    [{ path: "tree" }, '"tree" is not a path that is free: it is a reserved word'],
    [{ name: "Blob" }, '"blob" is not a path that is free: it is a reserved word'],
    [{ path: "x", visibility: "secret" }, "visibility does not have a valid value"],
  ])("refuses %j", async (body, words) => {
    const answer = await service.root.post("/projects", { ...body, namespace_id: team });
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining(words) } });
  });
});

describe("a project", () => {
  it("says that nothing is imported into it, which Terraform's gitlab_project waits for", async () => {
    const { body: made } = await owner.client.post("/projects", { path: "planned" });
    expect(made.import_status).toBe("none");
    expect((await owner.client.get(`/projects/${made.id}`)).body.import_status).toBe("none");
  });
});

describe("DELETE /projects/:id", () => {
  it("deletes the project, its tokens and their bots, and keeps the record of it", async () => {
    const doomed = await createOwnProject(owner, "short-lived");
    const robot = await createProjectAccessToken(service, doomed, { by: owner });
    await robot.client.post(`/projects/${doomed}/access_tokens/self/rotate`);
    expect((await owner.client.delete(`/projects/${doomed}`)).status).toBe(204);
    expect((await owner.client.get(`/projects/${doomed}`)).status).toBe(404);
    expect((await robot.client.get("/user")).status).toBe(401);
    expect((await owner.client.get(`/users/${robot.userId}`)).status).toBe(404);
    const { body: events } = await owner.client.get("/events?action=destroyed&target_type=project");
    expect(events[0]).toMatchObject({ target_title: "olga/short-lived", target_id: doomed, project_id: null });
  });

  it("is for Owners: a Maintainer is refused", async () => {
    const project = await createOwnProject(owner, "app");
    const maintainer = await createUser(service, "max");
    await addProjectMember(service, project, maintainer.id, 40);
    expect((await maintainer.client.delete(`/projects/${project}`)).status).toBe(403);
  });
});
