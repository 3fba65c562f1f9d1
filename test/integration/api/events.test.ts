import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import {
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
