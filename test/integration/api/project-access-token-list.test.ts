import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addProjectMember,
  createGroup,
  createOwnProject,
  createProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type User,
} from "../../support/world.ts";

let service: TestService;
let owner: User;
let maintainer: User;
let developer: User;
let team: number;
let app: number;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  team = await createGroup(service, "team");
  app = await createProject(service, team, "app");
  maintainer = await createUser(service, "maintainer");
  developer = await createUser(service, "developer");
  await addProjectMember(service, app, maintainer.id, 40);
  await addProjectMember(service, app, developer.id, 30);
  owner = await createUser(service, "olga");
});
afterAll(() => service.stop());

const path = (project: number | string = app) => `/projects/${project}/access_tokens`;

/** How many statements a request asks the database. */
async function countQueries(request: () => Promise<unknown>): Promise<number> {
  const connection = service.container.database.em().getConnection();
  const execute = vi.spyOn(connection, "execute");
  const query = vi.spyOn(service.container.database, "query");
  try {
    await request();
    return execute.mock.calls.length + query.mock.calls.length;
  } finally {
    execute.mockRestore();
    query.mockRestore();
  }
}

describe("GET /projects/:id/access_tokens", () => {
  it("lists the project's tokens, live and dead, newest first, without secrets", async () => {
    const project = await createProject(service, team, "listed");
    const first = await createProjectAccessToken(service, project, { expires_at: "2026-11-03" });
    const second = await createProjectAccessToken(service, project);
    const third = await createProjectAccessToken(service, project);
    await service.root.delete(`${path(project)}/${second.id}`);
    const { status, body, headers } = await service.root.get(path(project));
    expect({ status, total: headers.get("x-total") }).toEqual({ status: 200, total: "3" });
    expect(body).toMatchObject([
      { id: third.id, active: true, revoked: false },
      { id: second.id, active: false, revoked: true },
      { id: first.id, active: true, revoked: false },
    ]);
    expect(body[0]).not.toHaveProperty("token");
    service.clock.set(new Date("2026-11-03T00:00:00Z"));
    expect((await service.root.get(`${path(project)}/${first.id}`)).body).toMatchObject({
      active: false,
      revoked: false,
    });
    service.clock.set(new Date("2026-11-02T12:00:00Z"));
  });

  it("is for Maintainers", async () => {
    expect((await maintainer.client.get(path())).status).toBe(200);
    expect((await developer.client.get(path())).status).toBe(403);
  });

  it("knows no token of another project", async () => {
    const other = await createProject(service, team, "elsewhere");
    const token = await createProjectAccessToken(service, other);
    expect((await service.root.get(`${path()}/${token.id}`)).status).toBe(404);
    expect((await service.root.delete(`${path()}/${token.id}`)).status).toBe(404);
    expect((await service.root.get(`${path(other)}/${token.id}`)).status).toBe(200);
  });

  it("costs as many queries for a page of 500 tokens as for one token", async () => {
    const few = await createOwnProject(owner, "few");
    const many = await createOwnProject(owner, "many");
    await createProjectAccessToken(service, few, { by: owner });
    for (let made = 0; made < 500; made += 50) {
      await Promise.all(Array.from({ length: 50 }, () => createProjectAccessToken(service, many, { by: owner })));
    }
    const page = async (project: number) => {
      const answer = await owner.client.get(`/projects/${project}/access_tokens?per_page=100`);
      expect(answer.headers.get("x-total")).toBe(project === many ? "500" : "1");
      expect(answer.body).toHaveLength(project === many ? 100 : 1);
    };
    const cost = await countQueries(() => page(few));
    expect(cost).toBeGreaterThan(0);
    expect(await countQueries(() => page(many))).toBe(cost);
    const members = (project: number) => owner.client.get(`/projects/${project}/members?per_page=100`);
    expect(await countQueries(() => members(many))).toBe(await countQueries(() => members(few)));
  }, 120_000);

  describe("with filters", () => {
    let project: number;
    const names = async (query: string) => {
      const { status, body } = await owner.client.get(`/projects/${project}/access_tokens?${query}`);
      expect(status, JSON.stringify(body)).toBe(200);
      return body.map(({ name }: { name: string }) => name);
    };

    beforeAll(async () => {
      project = await createOwnProject(owner, "filters");
      await createProjectAccessToken(service, project, { by: owner, name: "beta", expires_at: "2026-11-20" });
      service.clock.advance({ days: 1 });
      const used = await createProjectAccessToken(service, project, {
        by: owner,
        name: "alpha",
        expires_at: "2026-12-20",
      });
      service.clock.advance({ days: 1 });
      await used.client.get("/user");
      await service.container.lastUse.flush();
      const revoked = await createProjectAccessToken(service, project, { by: owner, name: "gamma 100%" });
      await owner.client.delete(`/projects/${project}/access_tokens/${revoked.id}`);
    });

    it.each([
      ["", ["gamma 100%", "alpha", "beta"]],
      ["state=active", ["alpha", "beta"]],
      ["state=inactive", ["gamma 100%"]],
      ["revoked=true", ["gamma 100%"]],
      ["revoked=false", ["alpha", "beta"]],
      ["search=ALPH", ["alpha"]],
      ["search=100%25", ["gamma 100%"]],
      ["search=_", []],
      ["created_after=2026-11-03T00:00:00Z", ["gamma 100%", "alpha"]],
      ["created_before=2026-11-03", ["beta"]],
      ["last_used_after=2026-11-03", ["alpha"]],
      ["last_used_before=2026-11-03", []],
      ["expires_after=2026-12-01", ["alpha"]],
      ["expires_before=2026-12-01", ["beta"]],
      ["sort=name_asc", ["alpha", "beta", "gamma 100%"]],
      ["sort=name_desc", ["gamma 100%", "beta", "alpha"]],
      ["sort=expires_asc", ["beta", "alpha", "gamma 100%"]],
      ["sort=last_used_desc", ["alpha", "gamma 100%", "beta"]],
      ["sort=created_asc", ["beta", "alpha", "gamma 100%"]],
      ["sort=asc&order_by=name", ["alpha", "beta", "gamma 100%"]],
      ["page=2&per_page=2", ["beta"]],
    ])("%s", async (query, wanted) => {
      expect(await names(query)).toEqual(wanted);
    });

    it("says in its headers where the page lies", async () => {
      const { headers } = await owner.client.get(`/projects/${project}/access_tokens?page=2&per_page=1&sort=name_asc`);
      expect(
        Object.fromEntries([...headers].filter(([name]) => name.startsWith("x-") && name !== "x-request-id")),
      ).toEqual({
        "x-total": "3",
        "x-total-pages": "3",
        "x-page": "2",
        "x-per-page": "1",
        "x-next-page": "3",
        "x-prev-page": "1",
      });
      const links = headers.get("link") ?? "";
      for (const relation of ["prev", "next", "first", "last"]) expect(links).toContain(`rel="${relation}"`);
      expect(links).toContain("sort=name_asc");
    });
  });
});
