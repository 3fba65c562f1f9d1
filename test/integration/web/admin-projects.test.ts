import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { reportImage } from "../../support/report-image.ts";
import { watchStatements } from "../../support/statements.ts";
import type { WebClient } from "../../support/web-client.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";
import { createProject, createProjectAccessToken } from "../../support/world.ts";

let stage: WebStage;
let client: WebClient;
beforeAll(async () => {
  stage = await startWebStage();
  client = await stage.clientOf("administrator");
});
afterAll(() => stage.service.stop());
afterEach(() => vi.restoreAllMocks());

/** The row of a project, as text. */
async function rowOf(path: string): Promise<string | undefined> {
  const { html } = await client.get("/admin/projects");
  const rows = html.split("<tr ").filter((row) => row.includes(`<bdi>${path}</bdi>`));
  return rows[0]?.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

describe("all projects", () => {
  it("are listed with who sees them, private ones of others too", async () => {
    expect(await rowOf("team/app")).toMatch(/Private .*0 tokens .*none known/);
    expect(await rowOf("outsider/own")).toBeDefined();
    expect((await client.get("/admin/projects?search=team")).html).not.toContain("outsider/own");
    expect((await client.get("/admin/projects?search=%25")).html).toContain("No project has");
  });

  it("say how many tokens work there, and when somebody pushed last", async () => {
    const { service, project } = stage;
    const token = await createProjectAccessToken(service, project.id);
    const ended = await createProjectAccessToken(service, project.id);
    await service.root.delete(`/projects/${project.id}/access_tokens/${ended.id}`);
    await reportImage(service, token, "push", { repository: "team/app/web" });
    service.clock.advance({ hours: 3 });
    await reportImage(service, token, "pull", { repository: "team/app/web" });
    expect(await rowOf("team/app")).toMatch(/1 token .*3 hr\. ago/);
    client = await stage.clientOf("administrator");
  });

  it("take as many queries as one of them", async () => {
    const sent = await watchStatements(stage.service);
    const page = () => sent(async () => expect((await client.get("/admin/projects")).status).toBe(200));
    await page();
    const few = await page();
    vi.restoreAllMocks();
    const group = (await stage.service.root.get("/groups/team")).body.id;
    for (let index = 0; index < 5; index += 1) await createProject(stage.service, group, `more${index}`);
    const sentLater = await watchStatements(stage.service);
    const many = await sentLater(() => client.get("/admin/projects"));
    expect(many.length).toBe(few.length);
  });
});
