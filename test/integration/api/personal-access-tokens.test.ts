import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  enableProjectAccessTokens,
} from "../../support/world.ts";

let service: TestService;
let app: number;
let ghost: number;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  app = await createProject(service, await createGroup(service, "team"), "app");
  ghost = (await service.root.get("/users?username=ghost")).body[0].id;
});
afterAll(() => service.stop());

describe("POST /users/:id/personal_access_tokens", () => {
  it("gives none to a bot or the ghost", async () => {
    const bot = await createProjectAccessToken(service, app);
    for (const id of [bot.userId, ghost]) {
      const answer = await service.root.post(`/users/${id}/personal_access_tokens`, { name: "x", scopes: ["api"] });
      expect(answer).toMatchObject({
        status: 400,
        body: { message: expect.stringContaining("only a human has personal access tokens") },
      });
    }
  });
});
