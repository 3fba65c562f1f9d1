import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formOf, type WebClient } from "../../support/web-client.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";
import { createPersonalAccessToken, createProjectAccessToken } from "../../support/world.ts";

let stage: WebStage;
let client: WebClient;
beforeAll(async () => {
  stage = await startWebStage();
  client = await stage.clientOf("administrator");
});
afterAll(() => stage.service.stop());

const LIST = "/admin/access_tokens";

describe("the tokens of the instance", () => {
  it("are listed with whose they are, and looked at, but not made or rotated", async () => {
    const token = await createProjectAccessToken(stage.service, stage.project.id, { name: "ci-of-app" });
    await createPersonalAccessToken(stage.service, stage.people.guest.id, ["api"]);
    const { html } = await client.get(LIST);
    expect(html).toContain("of <strong><bdi>team/app</bdi></strong>");
    expect(html).toContain("personal, of <bdi>guest</bdi>");
    for (const page of [html, (await client.get(`${LIST}/${token.id}`)).html]) {
      expect(page).toContain("team/app");
      expect(page).not.toMatch(/\/admin\/access_tokens\/(?:new|\d+\/rotate)/);
    }
    for (const missing of [`${LIST}/new`, `${LIST}/${token.id}/rotate`])
      expect([missing, (await client.get(missing)).status]).toEqual([missing, 404]);
  });

  it("are revoked from the list, one or many, whosever they are", async () => {
    const { service, project, people, lastId } = stage;
    const token = await createProjectAccessToken(service, project.id);
    const secret = await createPersonalAccessToken(service, people.guest.id, ["api"]);
    const personal = await lastId("access_tokens");
    const ids = [String(token.id), String(personal)];
    const { html } = await client.get(`${LIST}/revoke?ids=${ids.join("&ids=")}`);
    expect(html).toContain("Revoke 2 tokens?");
    expect(formOf(html, `${LIST}/revoke`)).toBeDefined();
    expect((await client.post(`${LIST}/revoke`, { ids })).location).toBe(LIST);
    expect((await token.client.get("/user")).status).toBe(401);
    expect((await service.as(secret).get("/user")).status).toBe(401);

    const one = await createProjectAccessToken(service, project.id);
    expect((await client.post(`${LIST}/${one.id}/revoke`)).location).toBe(LIST);
    expect((await one.client.get("/user")).status).toBe(401);
    // It has ended: there is nothing more to revoke.
    expect((await client.post(`${LIST}/${one.id}/revoke`)).status).toBe(404);
  });
});
