/** The default branch of a project, as the API tells and changes it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commitSomething, createRepository, gitOutput } from "../../support/git-client.ts";
import { type GitProject, type GitStage, openGitStage, withCredentials } from "../../support/git-stage.ts";
import { startTestService } from "../../support/service.ts";
import { createGroup, createProject, createProjectAccessToken } from "../../support/world.ts";

let stage: GitStage;
let project: GitProject;

beforeAll(async () => {
  stage = await openGitStage();
  project = await stage.createProject();
  const work = stage.path();
  await createRepository(work, withCredentials(project.url, project.writer.credentials));
  await commitSomething(work);
  await gitOutput(work, "push", "--quiet", "origin", "main", "main:next");
});
afterAll(() => stage.close());

const show = async () => (await stage.service.root.get(`/projects/${project.id}`)).body;

describe("PUT /projects/:id", () => {
  it("makes another branch the default one, and HEAD names it", async () => {
    const { status, body } = await stage.service.root.put(`/projects/${project.id}`, { default_branch: "next" });
    expect({ status, branch: body.default_branch }).toEqual({ status: 200, branch: "next" });
    const advertised = await gitOutput(
      stage.path().replace(/[^/]+$/, ""),
      "ls-remote",
      "--symref",
      withCredentials(project.url, project.writer.credentials),
      "HEAD",
    );
    expect(advertised).toMatch(/^ref: refs\/heads\/next\tHEAD$/m);
    await stage.service.root.put(`/projects/${project.id}`, { default_branch: "main" });
    expect(await show()).toMatchObject({ default_branch: "main" });
  });

  it.each(["missing", "-x", "refs/heads/main", "main~0", "../main", "m*n", ""])(
    "refuses %o as the default branch, since there is none of that name, and changes nothing else",
    async (branch) => {
      const before = await show();
      const { status } = await stage.service.root.put(`/projects/${project.id}`, {
        default_branch: branch,
        name: "Other",
      });
      expect(status).toBe(400);
      expect(await show()).toEqual(before);
    },
  );

  it("lets Maintainers change it, and nobody below", async () => {
    const bot = (access_level: number) =>
      createProjectAccessToken(stage.service, project.id, { scopes: ["api"], access_level });
    const change = { default_branch: "next" };
    expect((await (await bot(30)).client.put(`/projects/${project.id}`, change)).status).toBe(403);
    expect(await show()).toMatchObject({ default_branch: "main" });
    expect((await (await bot(40)).client.put(`/projects/${project.id}`, change)).status).toBe(200);
    await stage.service.root.put(`/projects/${project.id}`, { default_branch: "main" });
  });
});

describe("GET /projects/:id", () => {
  it("tells where Git finds a project, and that it has no branch before something was pushed", async () => {
    const empty = await stage.createProject();
    expect((await stage.service.root.get(`/projects/${empty.id}`)).body).toMatchObject({
      default_branch: null,
      http_url_to_repo: expect.stringMatching(/^http:\/\/localhost:8080\/stage\/p[0-9a-f]{12}\.git$/),
    });
  });

  it("tells of no address where Git is off", async () => {
    const service = await startTestService({ environment: { KEYSIDE_GIT: "off" } });
    try {
      const id = await createProject(service, await createGroup(service, "team"), "app");
      expect((await service.root.get(`/projects/${id}`)).body).toMatchObject({ http_url_to_repo: null });
    } finally {
      await service.stop();
    }
  });
});
