import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { postForm } from "../../support/token-form.ts";
import {
  createOwnProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type ProjectAccessToken,
} from "../../support/world.ts";

let service: TestService;
let victim: ProjectAccessToken;
let attacker: ProjectAccessToken;
let project: number;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  const ann = await createUser(service, "ann");
  project = await createOwnProject(ann, "app");
  victim = await createProjectAccessToken(service, project, { by: ann });
  attacker = await createProjectAccessToken(service, project, { by: ann });
});
afterAll(() => service.stop());

describe("somebody with an access token, who names their client", () => {
  it.each([
    ["to upset the terminal of whoever looks", "\u001b]0;owned\u0007\u202etxt.exe\u009b2J", "]0;ownedtxt.exe2J"],
    ["to keep the last use of all tokens from being written", `a\0b\n${"x".repeat(97)}😀`, `ab${"x".repeat(97)}`],
    ["by bytes that are no text", "\ud800", null],
    ["to fill the memory", "y".repeat(60_000), "y".repeat(100)],
  ])("%s", async (_, name, shown) => {
    service.clock.advance({ minutes: 1 });
    const form = { grant_type: "password", username: "x", password: attacker.secret, client_id: name };
    expect((await postForm(service, form, { "User-Agent": "" })).status).toBe(200);
    await victim.client.get("/user");
    await service.container.lastUse.flush();
    const usage = async ({ id }: ProjectAccessToken) =>
      (await service.root.get(`/projects/${project}/access_tokens/${id}/usage`)).body;
    const last_used_at = service.clock.now().toISOString();
    expect(await usage(attacker)).toMatchObject({ last_used_at, last_used_client: shown });
    expect(await usage(victim)).toMatchObject({ last_used_at });
  });
});
