import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addProjectMember,
  createOwnProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type User,
} from "../../support/world.ts";

let service: TestService;
let owner: User;
let project: number;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  owner = await createUser(service, "olga");
  project = await createOwnProject(owner, "app");
});
afterAll(() => service.stop());

describe("DELETE /personal_access_tokens/self", () => {
  it("lets a bot with api revoke itself, which deletes it", async () => {
    const leaver = await createProjectAccessToken(service, project, { by: owner });
    await addProjectMember(service, project, (await createUser(service, "mila")).id, 20);
    expect((await leaver.client.delete("/personal_access_tokens/self")).status).toBe(204);
    expect((await leaver.client.get("/user")).status).toBe(401);
    expect((await owner.client.get(`/users/${leaver.userId}`)).status).toBe(404);
    expect((await owner.client.delete(`/projects/${project}/access_tokens/${leaver.id}`)).status).toBe(404);
  });
});
