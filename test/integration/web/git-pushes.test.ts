import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordPush } from "../../support/record-push.ts";
import { type Role, startWebStage, type WebStage } from "../../support/web-stage.ts";
import { createProject, createProjectAccessToken } from "../../support/world.ts";

let stage: WebStage;
let token: number;
let robot: number;

beforeAll(async () => {
  stage = await startWebStage();
  const { service, people, project } = stage;
  const { client, id: userId } = people.developer;
  token = (await client.get("/personal_access_tokens/self")).body.id;
  const group = (await service.root.get("/groups/team")).body.id;
  const by = { userId, tokenId: token };
  await recordPush(service, { by, projectId: project.id, ref: "to-mine" });
  for (const visibility of ["private", "internal", "public"]) {
    const projectId = await createProject(service, group, visibility, { visibility });
    await recordPush(service, { by, projectId, ref: `to-${visibility}` });
  }
  const gone = await createProject(service, group, "gone", { visibility: "public" });
  await recordPush(service, { by, projectId: gone, ref: "to-gone" });
  await service.root.delete(`/projects/${gone}`);
  const bot = await createProjectAccessToken(service, project.id, { name: "ci-push" });
  robot = bot.id;
  await recordPush(service, { by: { userId: bot.userId, tokenId: bot.id }, projectId: project.id, ref: "by-bot" });
});
afterAll(() => stage.service.stop());

/** What a page says of each push, by the name of its branch. */
async function pushesOn(role: Role, path: string): Promise<Record<string, string>> {
  const { html, status } = await (await stage.clientOf(role)).get(path);
  expect(status).toBe(200);
  const cells = html.matchAll(/pushed to branch <bdi>([a-z-]*)<\/bdi>(.*?) · 3 commits: <bdi>Fix the build<\/bdi>/g);
  return Object.fromEntries(Array.from(cells, ([, ref = "", where = ""]) => [ref, where]));
}

const SEEN = {
  "to-mine": " in <bdi>team/app</bdi>",
  "to-internal": " in <bdi>team/internal</bdi>",
  "to-public": " in <bdi>team/public</bdi>",
};

describe("a push by Git", () => {
  it("is listed on the start page with its project, if that is there and whoever looks sees it", async () => {
    expect(await pushesOn("developer", "/")).toEqual({ ...SEEN, "to-private": "", "to-gone": "" });
  });

  it("is listed so on the page of a personal token too, for its user and for administrators", async () => {
    const own = `/-/user_settings/personal_access_tokens/${token}`;
    expect(await pushesOn("developer", own)).toEqual({ ...SEEN, "to-private": "", "to-gone": "" });
    expect(await pushesOn("administrator", `/admin/access_tokens/${token}`)).toEqual({
      ...SEEN,
      "to-private": " in <bdi>team/private</bdi>",
      "to-gone": "",
    });
  });

  it("is listed without it where all is of one project, and where the project has a column", async () => {
    const none = { "by-bot": "" };
    expect(await pushesOn("maintainer", `/team/app/-/settings/access_tokens/${robot}`)).toEqual(none);
    expect(await pushesOn("reporter", "/team/app/-/activity?kind=git")).toEqual({ ...none, "to-mine": "" });
    const all = await pushesOn("administrator", "/admin/audit?kind=git");
    expect(Object.keys(all).sort()).toEqual(["by-bot", "to-gone", "to-internal", "to-mine", "to-private", "to-public"]);
    expect(new Set(Object.values(all))).toEqual(new Set([""]));
  });
});
