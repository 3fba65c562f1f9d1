import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { unescaped, WebClient } from "../../support/web-client.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";
import { addGroupMember, createGroup, createUserWithPassword } from "../../support/world.ts";

let stage: WebStage;
let maintainer: WebClient;
let group: number;
beforeAll(async () => {
  stage = await startWebStage();
  maintainer = await stage.clientOf("maintainer");
  group = await createGroup(stage.service, "harbour");
  await addGroupMember(stage.service, group, stage.people.maintainer.id, 40);
});
afterAll(() => stage.service.stop());

const project = async (path: string) => (await stage.service.root.get(`/projects/${encodeURIComponent(path)}`)).body;

describe("the form of a new project", () => {
  it("offers one's own place, and the groups where one is Maintainer or above", async () => {
    const choices = async (client: WebClient) => {
      const { html } = await client.get("/projects/new");
      return Array.from(html.matchAll(/<option[^>]*>([^<]*)<\/option>/g), ([, words]) => words);
    };
    expect(await choices(maintainer)).toEqual(["maintainer (your own)", "harbour"]);
    expect(await choices(await stage.clientOf("developer"))).toEqual(["developer (your own)"]);
  });

  it("chooses the group that one comes from, and of an administrator one that they are no member of", async () => {
    const chosen = new RegExp(`<option value="${group}" selected>harbour`);
    const admin = await stage.clientOf("administrator");
    for (const client of [maintainer, admin])
      expect((await client.get(`/projects/new?namespace_id=${group}`)).html).toMatch(chosen);
    const { html } = await (await stage.clientOf("developer")).get(`/projects/new?namespace_id=${group}`);
    expect(html).not.toContain("harbour");
  });

  it("makes a project, private and of a path from its name unless told otherwise", async () => {
    const empty = { namespace_id: "", path: "", description: "" };
    const made = await maintainer.post("/projects/new", { ...empty, name: "My App", visibility: "private" });
    expect([made.status, made.location]).toEqual([303, "/maintainer/my-app"]);
    expect((await maintainer.get("/maintainer/my-app")).html).toContain("The project is created.");
    expect(await project("maintainer/my-app")).toMatchObject({
      visibility: "private",
      description: null,
      name: "My App",
    });
    const fields = {
      namespace_id: String(group),
      name: "Web",
      path: "www",
      description: "x\r\ny",
      visibility: "public",
    };
    expect((await maintainer.post("/projects/new", fields)).location).toBe("/harbour/www");
    expect(await project("harbour/www")).toMatchObject({ visibility: "public", description: "x\ny", name: "Web" });
  });

  it.each([
    ["a path that no image could have", { name: "X", path: "Not A Path" }, 'href="#path"'],
    ["no name", { name: "", path: "" }, 'href="#name"'],
    ["a name without letters", { name: "!!!", path: "" }, 'href="#path"'],
    ["a reserved word", { name: "X", path: "tree" }, 'href="#path"'],
    ["a visibility that does not exist", { name: "X", visibility: "secret" }, 'href="#visibility"'],
    ["a path that is taken", { name: "X", path: "taken" }, "has already been taken"],
  ])("is shown again, with all that was typed: %s", async (_what, fields, told) => {
    await maintainer.post("/projects/new", { name: "Taken", path: "taken" });
    const { status, html } = await maintainer.post("/projects/new", { description: "typed <b>", ...fields });
    expect(status).toBe(422);
    expect(unescaped(html)).toContain(told);
    expect(html).toContain("typed &lt;b&gt;");
  });

  it("makes nothing where one may not, and tells no more of a group than that there is none", async () => {
    const developer = await stage.clientOf("developer");
    const before = await stage.contents();
    for (const id of [group, 999_999])
      expect((await developer.post("/projects/new", { namespace_id: String(id), name: "X" })).status).toBe(404);
    await addGroupMember(stage.service, group, stage.people.guest.id, 10);
    const guest = await stage.clientOf("guest");
    expect((await guest.post("/projects/new", { namespace_id: String(group), name: "X" })).status).toBe(403);
    expect(JSON.stringify(before)).toContain("projects");
    expect((await stage.service.root.get("/projects?search=x")).body).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ path: "x" })]),
    );
  });

  it("says so when something of that path was deleted", async () => {
    const fields = { name: "Gone", path: "gone" };
    await maintainer.post("/projects/new", fields);
    await stage.service.root.delete("/projects/maintainer%2Fgone");
    expect((await maintainer.post("/projects/new", fields)).location).toBe("/maintainer/gone");
    const { html } = await maintainer.get("/maintainer/gone");
    expect(html).toMatch(
      /class="banner warn"[\s\S]*?The project is created\. Something of its path[^<]*now reaches them/,
    );
    expect((await maintainer.get("/maintainer/gone")).html).not.toContain("Something of its path");
  });
});

describe("the form of a new group", () => {
  it("makes groups at the top and in others", async () => {
    expect((await maintainer.post("/groups/new", { parent_id: "", name: "Docks", path: "docks" })).location).toBe(
      "/groups/docks",
    );
    const { id } = (await stage.service.root.get("/groups/docks")).body;
    const made = await maintainer.post("/groups/new", { parent_id: String(id), name: "East", path: "east" });
    expect(made.location).toBe("/groups/docks/east");
    const { html } = await maintainer.get("/groups/docks/east");
    expect(html).toContain("The group is created.");
    expect(html).toContain('<a href="/docks">');
  });

  it.each([
    ["no name", { name: "", path: "x" }, 'href="#name"'],
    ["no path", { name: "X", path: "" }, 'href="#path"'],
    ["a path that is a word of ours", { name: "X", path: "admin" }, 'href="#path"'],
    ["the address of this very form", { name: "X", path: "new" }, 'href="#path"'],
    ["a path that is taken", { name: "X", path: "harbour" }, "has already been taken"],
  ])("is shown again: %s", async (_what, fields, told) => {
    const { status, html } = await maintainer.post("/groups/new", fields);
    expect(status).toBe(422);
    expect(unescaped(html)).toContain(told);
  });
});

describe("where administrators alone make groups at the top", () => {
  let strict: TestService;
  beforeAll(async () => {
    strict = await startTestService({ environment: { KEYSIDE_TOP_LEVEL_GROUPS: "administrators" } });
  });
  afterAll(() => strict.stop());

  it("nobody else is offered it, and who may make none is told so", async () => {
    const ann = await createUserWithPassword(strict, "ann");
    const client = await new WebClient(strict.url).signIn(ann);
    const { html } = await client.get("/groups/new");
    expect(html).toContain("There is no place where you may make one");
    expect((await client.post("/groups/new", { name: "X", path: "x" })).status).toBe(403);
    await addGroupMember(strict, await createGroup(strict, "team"), ann.id, 40);
    const offered = (await client.get("/groups/new")).html;
    expect(offered).toContain(">team</option>");
    expect(offered).not.toContain("At the top</option>");
  });
});
