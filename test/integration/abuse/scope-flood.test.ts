/** What one request without credentials can make the token endpoint and its database do. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { rowsExamined } from "../../support/rows-examined.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { requestToken } from "../../support/token-request.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  enableProjectAccessTokens,
} from "../../support/world.ts";

let service: TestService;
let query: MockInstance<Database["query"]>;

beforeAll(async () => {
  service = await startTestService();
  const team = await createGroup(service, "team");
  await createProject(service, team, "app", { visibility: "public" });
  await growOthers();
  query = vi.spyOn(service.container.database, "query");
});
beforeEach(() => {
  query.mockClear();
});
afterAll(async () => {
  vi.restoreAllMocks();
  await service.stop();
});

const OTHERS = 5_000;

/** Groups `g1`, `g2`, ... with a public project `app` in each: what an attacker could make the database read. */
async function growOthers(): Promise<void> {
  const em = service.container.database.em();
  for (const suffix of ["", "/app"]) {
    await em.execute(`insert into full_paths (path) select 'g' || i || '${suffix}' from generate_series(1, ?) i`, [
      OTHERS,
    ]);
  }
  await em.execute(`insert into namespaces (created_at, kind, name, full_path_id)
    select now(), 'group', path, id from full_paths where path ~ '^g[0-9]+$'`);
  await em.execute(`insert into projects (created_at, namespace_id, full_path_id, name, visibility,
      container_registry_enabled, creator_id)
    select now(), n.id, r.id, 'app', 'public', true, (select id from users where username = 'root')
    from full_paths r join namespaces n on r.path = n.name || '/app' where n.name ~ '^g[0-9]+$'`);
  await em.execute("analyze");
}

/** What a request without credentials costs: its queries, the values in them, and the rows that they look at. */
async function costOf(names: readonly string[]): Promise<{ queries: number; paths: number; rows: number }> {
  query.mockClear();
  expect((await requestToken(service, { scopes: names.map((name) => `repository:${name}:pull`) })).status).toBe(200);
  const calls = [...query.mock.calls];
  let [paths, rows] = [0, 0];
  for (const [{ name, text }, values] of calls) {
    paths += values.flat().filter((value) => typeof value === "string").length;
    rows += await rowsExamined(service, { name, text, values });
  }
  return { queries: calls.length, paths, rows };
}

/** Names that share nothing, of so many segments each. */
const deepNames = (count: number, segments: number) =>
  Array.from({ length: count }, (_, index) => `n${index}${"/x".repeat(segments - 1)}`);

describe("one request without credentials", () => {
  it("that asks for 100 names of 120 segments is refused before the database is asked", async () => {
    const scopes = deepNames(100, 120).map((name) => `repository:${name}:pull`);
    const answer = await requestToken(service, { scopes: [scopes.join(" ")] });
    expect(answer).toMatchObject({
      status: 400,
      body: { error_description: expect.stringMatching(/^scope is invalid: .* more than 500 different/) },
    });
    expect(query).not.toHaveBeenCalled();
  });

  it("that asks for as many paths as one may costs no more rows than three ordinary ones", async () => {
    const ordinary = await costOf(["team/app/web"]);
    expect(ordinary.rows).toBeGreaterThan(0);
    const worst = await costOf(deepNames(23, 120));
    expect(worst.queries).toBe(ordinary.queries);
    expect(worst.paths).toBeGreaterThan(400);
    expect(worst.paths).toBeLessThanOrEqual(500);
    expect(worst.rows).toBeLessThanOrEqual(3 * ordinary.rows);
  });

  it("that asks for 100 projects of others reads their rows alone, however many there are besides", async () => {
    const ordinary = await costOf(["g1/app/web"]);
    const worst = await costOf(Array.from({ length: 100 }, (_, index) => `g${index + 1}/app/web`));
    expect(worst.queries).toBe(ordinary.queries);
    expect(worst.rows).toBeLessThanOrEqual(100 * ordinary.rows);
  });

  it("that sends 64 KiB of empty parameters is refused", async () => {
    const response = await fetch(`${service.url}/jwt/auth?service=container_registry&${"&".repeat(60_000)}`);
    expect(response.status).toBe(400);
    expect(query).not.toHaveBeenCalled();
  });
});

describe("an image far below its project", () => {
  it("is found, and only what could be a project is looked up", async () => {
    const name = `team/app${"/x".repeat(110)}`;
    expect((await requestToken(service, { scopes: [`repository:${name}:pull`] })).access).toEqual([`${name} pull`]);
    const [, values] = query.mock.calls.find(([{ name }]) => name === "find_paths") ?? [];
    expect(values?.[0]).toHaveLength(21);
  });
});

describe("a project of a time when groups nested deeper", () => {
  it("is open to its own tokens, and to nobody else", async () => {
    const group = await createGroup(service, "old");
    const project = await createProject(service, group, "app", { visibility: "public" });
    await enableProjectAccessTokens(service, project);
    const path = `old${"/in".repeat(25)}/app`;
    await service.container.database.em().execute("update full_paths set path = ? where path = 'old/app'", [path]);
    const robot = await createProjectAccessToken(service, project, { scopes: ["read_registry", "write_registry"] });
    const scopes = [`repository:${path}:pull,push`];
    expect((await requestToken(service, { password: robot.secret, scopes })).access).toEqual([`${path} pull,push`]);
    expect((await requestToken(service, { scopes })).access).toEqual([]);
  });
});
