import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forgetRegistryEvents } from "../../../src/registry/forget-registry-events.ts";
import { event } from "../../support/registry-event.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { requestToken } from "../../support/token-request.ts";
import {
  addProjectMember,
  createGroup,
  createOwnProject,
  createProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type User,
} from "../../support/world.ts";

const SECRET = "Bearer a-secret-of-the-registry";
const NOTHING = { repositories: [], repositories_total: 0, days: [] };

let service: TestService;
let team: number;
let app: number;
let reports = 0;

beforeAll(async () => {
  service = await startTestService({ environment: { REGISTRY_NOTIFICATION_SECRET: SECRET } });
  await enableProjectAccessTokens(service);
  team = await createGroup(service, "team");
  app = await createProject(service, team, "app");
});
afterAll(() => service.stop());

const usage = (id: number, query = "") => service.root.get(`/projects/${app}/access_tokens/${id}/usage${query}`);
const username = async ({ client }: ProjectAccessToken): Promise<string> => (await client.get("/user")).body.username;

/** Reports of a registry: `[day, action, repository]`. */
async function report(actor: string, events: readonly (readonly [string, "push" | "pull" | "mount", string])[]) {
  const body = events.map(([day, action, repository]) => ({
    ...event({ id: `report ${++reports}`, action, method: "GET", actor, target: { repository } }),
    timestamp: `${day}T11:00:00Z`,
  }));
  const headers = { authorization: SECRET };
  const url = `${service.url}/registry/notifications`;
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ events: body }) });
  expect(await response.json()).toEqual({ stored: events.length });
}

describe("GET /projects/:id/access_tokens/:token_id/usage", () => {
  it("tells nothing of a token that was never used, and each of its scopes", async () => {
    const { id } = await createProjectAccessToken(service, app, { scopes: ["read_registry", "api"] });
    expect(await usage(id)).toMatchObject({ status: 200 });
    expect((await usage(id)).body).toEqual({
      token_id: id,
      last_used_at: null,
      last_used_ips: [],
      last_used_client: null,
      scopes: [
        { scope: "read_registry", last_used_at: null },
        { scope: "api", last_used_at: null },
      ],
      from: "2026-10-04",
      to: "2026-11-02",
      ...NOTHING,
    });
  });

  it("tells from where, by which client and for which scopes the token was used", async () => {
    const { id, secret } = await createProjectAccessToken(service, app, {
      scopes: ["read_registry", "write_registry"],
    });
    await requestToken(service, { password: secret, scopes: ["repository:team/app:pull"] });
    await service.container.lastUse.flush();
    const now = service.clock.now().toISOString();
    expect((await usage(id)).body).toMatchObject({
      last_used_at: now,
      last_used_ips: ["127.0.0.1"],
      last_used_client: "node",
      scopes: [
        { scope: "read_registry", last_used_at: now },
        { scope: "write_registry", last_used_at: null },
      ],
    });
  });

  it("counts what its bot pulled and pushed in the project, also after the reports were forgotten", async () => {
    service.clock.set(new Date("2026-12-01T12:00:00Z"));
    const token = await createProjectAccessToken(service, app, { scopes: ["read_registry", "api"] });
    const other = await createProjectAccessToken(service, app);
    await createProject(service, team, "open", { visibility: "public" });
    await report(await username(token), [
      ["2026-11-01", "pull", "team/app/old"],
      ["2026-11-02", "pull", "team/app/web"],
      ["2026-11-02", "push", "team/app/web"],
      ["2026-11-30", "pull", "team/app/web"],
      ["2026-12-01", "pull", "team/app"],
      ["2026-12-01", "mount", "team/app/mounted"],
      ["2026-12-01", "pull", "team/open"],
    ]);
    await report(await username(other), [["2026-12-01", "pull", "team/app/web"]]);
    const counted = {
      from: "2026-11-02",
      to: "2026-12-01",
      repositories: [
        { repository: "team/app/web", pulls: 2, pushes: 1, last_day: "2026-11-30" },
        { repository: "team/app", pulls: 1, pushes: 0, last_day: "2026-12-01" },
      ],
      repositories_total: 2,
      days: [
        { day: "2026-12-01", pulls: 1, pushes: 0 },
        { day: "2026-11-30", pulls: 1, pushes: 0 },
        { day: "2026-11-02", pulls: 1, pushes: 1 },
      ],
    };
    expect((await usage(token.id)).body).toMatchObject(counted);
    expect((await usage(token.id, "?from=2026-11-01&to=2026-11-01")).body).toMatchObject({
      repositories: [{ repository: "team/app/old", pulls: 1, pushes: 0, last_day: "2026-11-01" }],
      repositories_total: 1,
      days: [{ day: "2026-11-01", pulls: 1, pushes: 0 }],
    });
    service.clock.set(new Date("2027-06-01T12:00:00Z"));
    await forgetRegistryEvents(service.container);
    expect(await service.container.database.em().execute("select 1 from registry_events")).toEqual([]);
    expect((await usage(token.id, "?from=2026-11-02&to=2026-12-01")).body).toMatchObject(counted);
    // A rotation goes on with the same bot: the counts are those of both, and the last use of each its own.
    const rotated = await service.root.post(`/projects/${app}/access_tokens/${token.id}/rotate`);
    const { body } = await usage(rotated.body.id, "?from=2026-11-02&to=2026-12-01");
    expect(body).toMatchObject({ ...counted, last_used_at: null });
    // With the bot's end they are the ghost's.
    await service.root.delete(`/projects/${app}/access_tokens/${rotated.body.id}`);
    expect((await usage(token.id, "?from=2026-11-02&to=2026-12-01")).body).toMatchObject({
      repositories: null,
      repositories_total: null,
      days: null,
    });
    expect((await usage(other.id, "?from=2026-11-02&to=2026-12-01")).body).toMatchObject({ repositories_total: 1 });
  });

  it("names the 100 most used repositories, and says how many there are", async () => {
    const token = await createProjectAccessToken(service, app);
    const day = service.clock.now().toISOString().slice(0, 10);
    await service.container.database.em().execute(
      `insert into registry_event_counts (day, project_id, repository, action, user_id, count)
       select ?, ?, 'team/app/r' || n, 'pull', ?, 5000000000 + n from generate_series(1, 120) as n`,
      [day, app, token.userId],
    );
    const { repositories, repositories_total } = (await usage(token.id)).body;
    expect([repositories.length, repositories_total]).toEqual([100, 120]);
    expect(repositories[0]).toEqual({ repository: "team/app/r120", pulls: 5_000_000_120, pushes: 0, last_day: day });
    expect(repositories[99].repository).toBe("team/app/r21");
  });

  it.each([
    ["from=tomorrow", 'from is invalid: "tomorrow" is not a date as YYYY-MM-DD'],
    ["to=2026-02-30", 'to is invalid: "2026-02-30" is not a date as YYYY-MM-DD'],
    ["from=2026-01-02&to=2026-01-01", 'from is invalid: "2026-01-02" is later than "to", 2026-01-01'],
    ["from=2025-01-01&to=2026-01-02", /^from is invalid: "2025-01-01" begins more than 366 days/],
  ])("refuses %s by name", async (query, error) => {
    const { id } = await createProjectAccessToken(service, app);
    for (const path of [`access_tokens/${id}/usage`, "registry/activity"]) {
      const answer = await service.root.get(`/projects/${app}/${path}?${query}`);
      expect(answer).toMatchObject({ status: 400, body: { error: expect.stringMatching(error) } });
    }
  });
});

describe("who may see the use of a token", () => {
  let owner: User;
  let project: number;
  let tokens: string;
  let token: ProjectAccessToken;

  beforeAll(async () => {
    owner = await createUser(service, "olga");
    project = await createOwnProject(owner, "private");
    tokens = `/projects/${project}/access_tokens`;
    token = await createProjectAccessToken(service, project, { by: owner, access_level: 10, scopes: ["read_api"] });
  });

  const member = async (level: number) => {
    const user = await createUser(service, `level${level}`);
    await addProjectMember(service, project, user.id, level);
    return user.client;
  };

  it("are Maintainers, humans and bots, and the token itself, whatever its level", async () => {
    const maintaining = await createProjectAccessToken(service, project, { by: owner, access_level: 40 });
    for (const client of [owner.client, await member(40), maintaining.client, token.client])
      expect(await client.get(`${tokens}/${token.id}/usage`)).toMatchObject({
        status: 200,
        body: { token_id: token.id },
      });
  });

  it("are no Developers, no other bots below Maintainer, and not a token for another of its bot's project", async () => {
    const developing = await createProjectAccessToken(service, project, { by: owner, access_level: 30 });
    for (const client of [await member(20), await member(30), developing.client])
      expect((await client.get(`${tokens}/${token.id}/usage`)).status).toBe(403);
    expect((await token.client.get(`${tokens}/${developing.id}/usage`)).status).toBe(403);
  });

  it("are no strangers and no bots of other projects: to them there is no such project", async () => {
    const stranger = await createUser(service, "sam");
    const foreign = await createProjectAccessToken(service, app);
    for (const client of [stranger.client, foreign.client]) {
      const answer = await client.get(`${tokens}/${token.id}/usage`);
      expect(answer).toMatchObject({ status: 404, body: { message: "404 Project Not Found" } });
    }
    expect((await foreign.client.get(`${tokens}/${foreign.id}/usage`)).status).toBe(404);
    expect((await service.as(undefined).get(`${tokens}/${token.id}/usage`)).status).toBe(401);
  });

  it("find no token of another project, and none that does not exist", async () => {
    const foreign = await createProjectAccessToken(service, app);
    for (const id of [foreign.id, 999_999]) {
      const answer = await owner.client.get(`${tokens}/${id}/usage`);
      expect(answer).toMatchObject({ status: 404, body: { message: "404 Project Access Token Not Found" } });
    }
  });
});
