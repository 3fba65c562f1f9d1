import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { unescaped, WebClient } from "../../support/web-client.ts";
import { ROLES, startWebStage, type WebStage } from "../../support/web-stage.ts";
import {
  createOwnProject,
  createProjectAccessToken,
  createUserWithPassword,
  type UserWithPassword,
} from "../../support/world.ts";

let stage: WebStage;
let olga: UserWithPassword;
let owner: WebClient;
let maintainer: WebClient;
let id: number;
let count = 0;
let base: string;
beforeAll(async () => {
  stage = await startWebStage();
  olga = await createUserWithPassword(stage.service, "olga");
});
afterAll(() => stage.service.stop());
beforeEach(async () => {
  count += 1;
  id = await createOwnProject(olga, `app${count}`, { description: "old" });
  base = `/olga/app${count}/-/settings`;
  for (const [role, access_level] of [
    ["maintainer", 40],
    ["developer", 30],
  ] as const)
    await stage.service.root.post(`/projects/${id}/members`, { user_id: stage.people[role].id, access_level });
  owner = await new WebClient(stage.service.url).signIn(olga);
  maintainer = await stage.clientOf("maintainer");
});

const project = async () => (await stage.service.root.get(`/projects/${id}`)).body;
const GENERAL = { name: "New", description: "new", container_registry_access_level: "disabled" };

describe("the general settings", () => {
  it("are changed by Maintainers", async () => {
    expect((await maintainer.post(base, GENERAL)).location).toBe(base);
    expect(await project()).toMatchObject(GENERAL);
    expect((await maintainer.get(base)).html).toContain("The project is saved.");
    await maintainer.post(base, { ...GENERAL, description: "" });
    expect(await project()).toMatchObject({ description: null });
  });

  it("are refused with what is wrong, and what was typed stays", async () => {
    const { status, html } = await maintainer.post(base, { ...GENERAL, name: " ", description: "kept" });
    expect(status).toBe(422);
    expect(html).toMatch(/href="#name"[\s\S]*>\nkept<\/textarea>/);
    expect(await project()).toMatchObject({ description: "old" });
    for (const fields of [{}, { name: "x" }, { ...GENERAL, container_registry_access_level: "maybe" }])
      expect((await maintainer.post(base, fields)).status).toBe(422);
  });

  it("are no more than that: a visibility that is sent with them changes nothing", async () => {
    await maintainer.post(base, { ...GENERAL, visibility: "public" });
    expect(await project()).toMatchObject({ visibility: "private" });
  });
});

describe("the visibility", () => {
  it("is changed by Owners, who read who gains and who loses", async () => {
    expect(unescaped((await owner.get(base)).html)).toMatch(
      /Internal<\/h3>[\s\S]*whoever has an account here[\s\S]*Public<\/h3>[\s\S]*everybody/,
    );
    expect((await owner.post(`${base}/visibility`, { visibility: "public" })).location).toBe(base);
    expect(await project()).toMatchObject({ visibility: "public", name: `app${count}`, description: "old" });
    const { html } = await owner.get(base);
    expect(html).toContain("The visibility is changed.");
    expect(html).toMatch(/Private<\/h3>[\s\S]*no more: whoever has an account/);
  });

  it("is shown to Maintainers with the reason why they cannot change it, and refused", async () => {
    const { html } = await maintainer.get(base);
    expect(html).toContain("Only an Owner may change who sees the project. You are Maintainer.");
    expect(html).not.toContain("settings/visibility");
    expect((await maintainer.post(`${base}/visibility`, { visibility: "public" })).status).toBe(403);
    expect(await project()).toMatchObject({ visibility: "private" });
  });

  it("asks for the password an hour after the last time, and says which form it was", async () => {
    stage.service.clock.advance({ hours: 1, minutes: 1 });
    const again = await owner.post(`${base}/visibility`, { visibility: "public" });
    expect([again.status, again.html.includes('href="#your_password"')]).toEqual([422, true]);
    expect(again.html).toMatch(/value="public" checked/);
    expect(await project()).toMatchObject({ visibility: "private" });
    const confirmed = { visibility: "public", your_password: olga.password };
    expect((await owner.post(`${base}/visibility`, confirmed)).status).toBe(303);
    expect(await project()).toMatchObject({ visibility: "public" });
  });
});

describe("a project", () => {
  it("is deleted by an Owner who types its path, with its tokens", async () => {
    const token = await createProjectAccessToken(stage.service, id, { by: olga });
    for (const path of ["", `app${count}`, `olga/app${count}x`]) {
      const { status, html } = await owner.post(`${base}/delete`, { path });
      expect([path, status, html.includes('href="#path"')]).toEqual([path, 422, true]);
    }
    expect((await token.client.get("/user")).status).toBe(200);
    const { status, location } = await owner.post(`${base}/delete`, { path: `olga/app${count}` });
    expect([status, location]).toEqual([303, "/"]);
    expect((await owner.get("/")).html).toContain("The project is deleted.");
    expect((await stage.service.root.get(`/projects/${id}`)).status).toBe(404);
    expect((await token.client.get("/user")).status).toBe(401);
    expect((await owner.get(`/olga/app${count}`)).status).toBe(404);
  });

  it("is not deleted without the password, an hour after the last time", async () => {
    stage.service.clock.advance({ hours: 1, minutes: 1 });
    const path = `olga/app${count}`;
    expect((await owner.get(`${base}/delete`)).html).toContain('name="your_password"');
    for (const your_password of ["", "wrong"])
      expect((await owner.post(`${base}/delete`, { path, your_password })).status).toBe(422);
    expect((await stage.service.root.get(`/projects/${id}`)).status).toBe(200);
  });

  it("is not deleted by a Maintainer, who is told who may", async () => {
    expect((await maintainer.get(base)).html).toContain("Only an Owner may delete the project. You are Maintainer.");
    const { status, html } = await maintainer.get(`${base}/delete`);
    expect([status, html.includes("Owner")]).toEqual([403, true]);
    expect((await maintainer.post(`${base}/delete`, { path: `olga/app${count}` })).status).toBe(403);
    expect((await stage.service.root.get(`/projects/${id}`)).status).toBe(200);
  });
});

describe("the settings", () => {
  it("are open to Maintainers and above, and nobody else learns that there are any", async () => {
    const seen: Record<string, number> = {};
    for (const role of ROLES) seen[role] = (await (await stage.clientOf(role)).get(base)).status;
    expect(seen).toEqual({
      anonymous: 303,
      blocked: 303,
      guest: 404,
      reporter: 404,
      outsider: 404,
      developer: 403,
      maintainer: 200,
      administrator: 200,
    });
    const developer = await stage.clientOf("developer");
    for (const [path, fields] of [
      ["", GENERAL],
      ["/visibility", { visibility: "public" }],
      ["/delete", { path: `olga/app${count}` }],
    ] as const)
      expect([path, (await developer.post(base + path, fields)).status]).toEqual([path, 403]);
    expect(await project()).toMatchObject({ visibility: "private", description: "old" });
  });
});
