import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeImage } from "../../support/images.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";
import { createOwnProject, createProjectAccessToken } from "../../support/world.ts";

/** What each list shows of a time. */
const ROWS = 50;

const MAXIMUM_BYTES = 60 * 1024;

let stage: WebStage;
beforeAll(async () => {
  stage = await startWebStage();
  const { service, project, people } = stage;
  for (let number = 0; number < ROWS; number++) {
    const scopes = ["read_registry", "write_registry"];
    const more = {
      name: `deploy-${number}-of-many`,
      description: "GitHub Actions, main branch",
      expires_at: "2027-03-20",
    };
    await createProjectAccessToken(service, project.id, { scopes, ...more });
    await createOwnProject(people.administrator, `project-${number}`);
    await stage.clientOf("administrator");
    const tag = `${number}.${number}.0-of-many`;
    stage.registry.put("team/app/web", tag, makeImage({ architecture: "amd64", os: "linux" }));
  }
});
afterAll(() => stage.service.stop());

describe("a page with 50 rows", () => {
  it.each([
    "/",
    "/team/app/-/settings/access_tokens",
    "/team/app/-/project_members",
    "/team/app/-/activity",
    "/team/app/-/container_registry/team/app/web",
    "/-/user_settings/active_sessions",
    "/admin/audit",
    "/admin/access_tokens",
    "/admin/projects",
    "/explore",
  ])("has 60 KB at most: %s", async (path) => {
    const { status, html } = await (await stage.clientOf("administrator")).get(path);
    expect(status).toBe(200);
    expect(html.match(/<tr role="row"/g)?.length, "rows").toBeGreaterThanOrEqual(ROWS);
    expect(Buffer.byteLength(html)).toBeLessThanOrEqual(MAXIMUM_BYTES);
  });
});
