import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WebClient } from "../../support/web-client.ts";
import { type Role, startWebStage, type WebStage } from "../../support/web-stage.ts";
import {
  addGroupMember,
  createGroup,
  createOwnProject,
  createProject,
  createProjectAccessToken,
} from "../../support/world.ts";

let stage: WebStage;
let group: number;
beforeAll(async () => {
  stage = await startWebStage();
  const { service, people } = stage;
  group = await createGroup(service, "harbour");
  await addGroupMember(service, group, people.guest.id, 10);
  await addGroupMember(service, group, people.maintainer.id, 40);
  await createGroup(service, "quay", group);
  for (const visibility of ["private", "internal", "public"])
    await createProject(service, group, visibility, { visibility, description: `It is ${visibility}` });
});
afterAll(() => stage.service.stop());

const as = (role: Role): Promise<WebClient> => stage.clientOf(role);
const page = async (role: Role, path: string) => (await as(role)).get(path);
/** The projects that a page lists, by their paths. */
const listed = (html: string) => Array.from(html.matchAll(/<a class="name" href="\/([^"]*)"/g), ([, path]) => path);

describe("the page of a group", () => {
  it("shows its members what lies in it", async () => {
    const { status, html } = await page("guest", "/groups/harbour");
    expect(status).toBe(200);
    expect(listed(html)).toEqual(["groups/harbour/quay", "harbour/internal", "harbour/private", "harbour/public"]);
    expect(html).not.toContain("New project");
    const own = (await page("maintainer", "/groups/harbour")).html;
    expect(own).toContain(`href="/projects/new?namespace_id=${group}"`);
    expect(own).toContain(`href="/groups/new?parent_id=${group}"`);
    expect((await page("guest", "/groups/harbour/quay")).html).toContain("Nothing here yet");
  });

  it("is to all others one that does not exist, though they see projects in it", async () => {
    for (const path of ["/groups/harbour", "/groups/harbour/quay", "/groups/nothing", "/harbour"])
      expect([path, (await page("outsider", path)).status]).toEqual([path, 404]);
    expect((await page("anonymous", "/groups/harbour")).location).toBe("/-/sign_in?return_to=%2Fgroups%2Fharbour");
    // Nor does the way down to a project lead there.
    expect((await page("outsider", "/harbour/public")).html).not.toContain('href="/harbour"');
    expect((await page("guest", "/harbour/public")).html).toContain('href="/harbour"');
  });

  it("is none of a user's own place, nor of a project", async () => {
    for (const path of ["/groups/guest", "/groups/team/app"]) expect((await page("guest", path)).status).toBe(404);
  });

  it("has pages of projects and of groups, each by itself", async () => {
    const wide = await createGroup(stage.service, "wide");
    for (let index = 0; index < 21; index += 1) await createGroup(stage.service, `g${index}`, wide);
    for (let index = 0; index < 51; index += 1) await createProject(stage.service, wide, `p${index}`);
    const groups = (await page("administrator", "/groups/wide?subgroups=2")).html;
    expect(listed(groups).filter((path) => path?.startsWith("groups/"))).toHaveLength(1);
    expect(listed(groups).filter((path) => path?.startsWith("wide/"))).toHaveLength(50);
    expect(groups).toContain('href="/groups/wide?page=2&amp;subgroups=2"');
    const projects = (await page("administrator", "/groups/wide?page=2")).html;
    expect(listed(projects).filter((path) => path?.startsWith("wide/"))).toHaveLength(1);
  });
});

describe("the page of a user", () => {
  it("lists of a human the projects in their own place that one sees", async () => {
    const { outsider } = stage.people;
    await createOwnProject(outsider, "shared", { visibility: "internal" });
    expect(listed((await page("outsider", "/outsider")).html)).toEqual(["outsider/own", "outsider/shared"]);
    expect(listed((await page("guest", "/outsider")).html)).toEqual(["outsider/shared"]);
    expect((await page("anonymous", "/outsider")).location).toBe("/-/sign_in?return_to=%2Foutsider");
    expect((await page("guest", "/nobody")).status).toBe(404);
  });

  it("tells of nobody their e-mail address", async () => {
    expect((await page("administrator", "/outsider")).html).not.toContain("outsider@example.com");
  });

  it("says of a bot which project it is of, and to Maintainers which token", async () => {
    const { service, project } = stage;
    const token = await createProjectAccessToken(service, project.id, { name: "ci-push" });
    const { username } = (await service.root.get(`/users/${token.userId}`)).body;
    const link = `/team/app/-/settings/access_tokens/${token.id}`;
    for (const role of ["guest", "developer", "maintainer", "administrator"] as const) {
      const { html } = await page(role, `/${username}`);
      const isManager = role === "maintainer" || role === "administrator";
      expect([role, html.includes('href="/team/app"'), html.includes(link)]).toEqual([role, true, isManager]);
    }
    expect((await page("outsider", `/${username}`)).status).toBe(404);
  });

  it("says what the Ghost User is", async () => {
    expect((await page("guest", "/ghost")).html).toContain("Ghost User");
  });
});

describe("the page of all projects", () => {
  it("lists those that one sees", async () => {
    const seen = async (role: Role) => listed((await page(role, "/explore?search=harbour")).html);
    expect(await seen("anonymous")).toEqual(["harbour/public"]);
    expect(await seen("blocked")).toEqual(["harbour/public"]);
    expect(await seen("outsider")).toEqual(["harbour/internal", "harbour/public"]);
    expect(await seen("guest")).toEqual(["harbour/internal", "harbour/private", "harbour/public"]);
    expect(await seen("administrator")).toEqual(["harbour/internal", "harbour/private", "harbour/public"]);
  });

  it("is searched by name, path and description, and says when nothing is found", async () => {
    expect(listed((await page("guest", "/explore?search=It+is+public")).html)).toEqual(["harbour/public"]);
    for (const search of ["%25", "_______________", "no such project"])
      expect((await page("guest", `/explore?search=${search}`)).html).toContain("Nothing found");
    expect((await page("anonymous", "/explore?search=private")).html).toContain("Nothing found");
  });
});

describe("help", () => {
  it("is for everybody, and has the registry's name in its lines", async () => {
    for (const role of ["anonymous", "guest"] as const) {
      const { status, html } = await page(role, "/-/help");
      expect([status, html.includes("docker login localhost:5000 --username NAME --password-stdin")]).toEqual([
        200,
        true,
      ]);
    }
  });
});
