import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formOf, type WebClient } from "../../support/web-client.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";

let stage: WebStage;
let client: WebClient;
beforeAll(async () => {
  stage = await startWebStage();
  client = await stage.clientOf("administrator");
});
afterAll(() => stage.service.stop());

const LIST = "/admin/feature_flags";
const INSTANCE = `${LIST}/resource_access_token/instance`;
const PROJECT = `${LIST}/resource_access_token/project`;

/** Whether a token can be made in `team/app`: what the flag is for. */
async function isOn(): Promise<boolean> {
  const { service, project } = stage;
  const fields = { name: "ci", scopes: ["read_registry"], access_level: 20 };
  return (await service.root.post(`/projects/${project.id}/access_tokens`, fields)).status === 201;
}

describe("a feature flag", () => {
  it("is turned off and on for the instance", async () => {
    for (const [setting, wanted] of [
      ["off", false],
      ["on", true],
    ] as const) {
      expect((await client.post(INSTANCE, { setting })).location).toBe(LIST);
      expect([setting, await isOn()]).toEqual([setting, wanted]);
    }
  });

  it("is set for one project, whose setting goes before the instance's until it is taken back", async () => {
    expect((await client.post(PROJECT, { project: "team/app", setting: "off" })).location).toBe(LIST);
    expect(await isOn()).toBe(false);
    expect((await client.get(LIST)).html).toContain(`${PROJECT}?project=team%2Fapp`);
    expect(formOf((await client.get(`${PROJECT}?project=team%2Fapp`)).html, PROJECT)).toMatchObject({
      project: "team/app",
    });

    expect((await client.post(PROJECT, { project: "Team/App", setting: "instance" })).location).toBe(LIST);
    expect(await isOn()).toBe(true);
    expect((await client.get(LIST)).html).toContain("All projects have what the instance has.");
  });

  it("is recorded when it is taken back, and not when there is nothing to take", async () => {
    const events = async () =>
      (await stage.service.root.get(`/projects/${stage.project.id}/events`)).body.filter(
        ({ target_type, action_name }: Record<string, string>) =>
          target_type === "FeatureFlag" && action_name === "destroyed",
      ).length;
    const before = await events();
    await client.post(PROJECT, { project: "team/app", setting: "instance" });
    expect(await events()).toBe(before);
    await client.post(PROJECT, { project: "team/app", setting: "on" });
    await client.post(PROJECT, { project: "team/app", setting: "instance" });
    expect(await events()).toBe(before + 1);
  });

  it("is not set for a project that there is not, nor to what it cannot be; what was typed stays", async () => {
    const { status, html } = await client.post(PROJECT, { project: "no/where", setting: "on" });
    expect([status, html.includes("Project is not the path of a project")]).toEqual([422, true]);
    expect(formOf(html, PROJECT)).toMatchObject({ project: "no/where" });
    expect((await client.post(INSTANCE, { setting: "instance" })).status).toBe(422);
    expect((await client.post(INSTANCE, {})).status).toBe(422);
    expect((await client.get(`${LIST}/nonsense/instance`)).status).toBe(404);
  });

  it("is set by nobody but administrators", async () => {
    const maintainer = await stage.clientOf("maintainer");
    const before = await stage.contents();
    expect((await maintainer.post(INSTANCE, { setting: "off" })).status).toBe(403);
    expect((await maintainer.post(PROJECT, { project: "team/app", setting: "off" })).status).toBe(403);
    expect(await stage.contents()).toEqual(before);
  });
});
