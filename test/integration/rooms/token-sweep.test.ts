import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sweepTokens } from "../../../src/access-tokens/sweep-tokens.ts";
import { FakeClock } from "../../support/clock.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  createOwnProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type User,
} from "../../support/world.ts";

let service: TestService;
let owner: User;
let project: number;

beforeAll(async () => {
  const environment = { KEYSIDE_INACTIVE_TOKEN_RETENTION_DAYS: "10" };
  service = await startTestService({ environment, clock: new FakeClock(new Date("2026-11-02T23:59:59Z")) });
  await enableProjectAccessTokens(service);
  owner = await createUser(service, "olga");
  project = await createOwnProject(owner, "app");
});
afterAll(() => service.stop());

const tokens = () => `/projects/${project}/access_tokens`;
const sweep = () => sweepTokens(service.container);
const exists = async (userId: number) => (await owner.client.get(`/users/${userId}`)).status === 200;

describe("an access token with an expiry date", () => {
  it("dies at 00:00:00 UTC of that date, not a second before, and its bot stays a member", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner, expires_at: "2026-11-04" });
    service.clock.set(new Date("2026-11-03T23:59:59.999Z"));
    expect((await robot.client.get("/user")).status).toBe(200);
    service.clock.set(new Date("2026-11-04T00:00:00Z"));
    expect(await robot.client.get("/user")).toMatchObject({ status: 401, body: { error: "invalid_token" } });
    const { body: token } = await owner.client.get(`${tokens()}/${robot.id}`);
    expect(token).toMatchObject({ active: false, revoked: false });
    expect((await owner.client.get(`/projects/${project}/members/${robot.userId}`)).status).toBe(200);
    const listed = async (state: string) => (await owner.client.get(`${tokens()}?state=${state}`)).body;
    expect(await listed("inactive")).toContainEqual(expect.objectContaining({ id: robot.id }));
    expect(await listed("active")).not.toContainEqual(expect.objectContaining({ id: robot.id }));
  });

  it("can be rotated by a Maintainer once it is dead", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner, expires_at: "2026-11-05" });
    service.clock.set(new Date("2026-11-05T08:00:00Z"));
    const rotated = await owner.client.post(`${tokens()}/${robot.id}/rotate`);
    expect(rotated).toMatchObject({ status: 200, body: { user_id: robot.userId, expires_at: "2026-11-12" } });
  });
});

describe("the sweep", () => {
  it("records an expiry once, at the moment of it, as the bot's", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner, expires_at: "2026-11-07" });
    service.clock.set(new Date("2026-11-07T09:00:00Z"));
    expect((await sweep()).expired).toBeGreaterThan(0);
    expect(await sweep()).toEqual({ expired: 0, retired: 0, swept: 0 });
    const { body: events } = await owner.client.get(`/projects/${project}/events?action=expired`);
    const about = events.filter((event: { target_id: number }) => event.target_id === robot.id);
    expect(about).toMatchObject([
      { author_id: robot.userId, created_at: "2026-11-07T00:00:00.000Z", target_type: "AccessToken" },
    ]);
  });

  it("deletes a bot all of whose tokens have been inactive for the retention, on the day and not before", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner, expires_at: "2026-11-20" });
    service.clock.set(new Date("2026-11-29T23:59:59Z"));
    await sweep();
    expect(await exists(robot.userId)).toBe(true);
    service.clock.set(new Date("2026-11-30T00:00:00Z"));
    expect((await sweep()).swept).toBeGreaterThan(0);
    expect(await exists(robot.userId)).toBe(false);
    expect((await owner.client.get(`${tokens()}/${robot.id}`)).body).toMatchObject({
      active: false,
      revoked: true,
    });
  });

  it("never touches a bot with one token that lives", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner, expires_at: "2026-12-01" });
    const { body: rotated } = await owner.client.post(`${tokens()}/${robot.id}/rotate`, {
      expires_at: "2028-01-01",
    });
    const forever = await createProjectAccessToken(service, project, { by: owner });
    service.clock.set(new Date("2027-06-01T00:00:00Z"));
    await sweep();
    expect((await service.as(rotated.token).get("/user")).status).toBe(200);
    expect((await forever.client.get("/user")).status).toBe(200);
  });

  it("takes on more than one batch, and records the expiry even of a bot that is swept before its batch comes", async () => {
    const first = await createProjectAccessToken(service, project, { by: owner, expires_at: "2027-06-02" });
    const secrets = await Promise.all(
      Array.from({ length: 100 }, () =>
        createProjectAccessToken(service, project, { by: owner, expires_at: "2027-06-02" }),
      ),
    );
    // The oldest bot has the newest token now, which is the last whose expiry is recorded.
    const rotated = await owner.client.post(`${tokens()}/${first.id}/rotate`, { expires_at: "2027-06-02" });
    expect(rotated.status).toBe(200);
    service.clock.set(new Date("2027-07-01T00:00:00Z"));
    expect(await sweep()).toEqual({ expired: 101, retired: 0, swept: 101 });
    expect(await exists(secrets[99]?.userId ?? 0)).toBe(false);
  });
});

describe("the last use of a token", () => {
  const lastUse = async (id: number) => (await owner.client.get(`${tokens()}/${id}`)).body.last_used_at;
  const flush = () => service.container.lastUse.flush();

  it("is that of the API and of the registry alike, and is written off the request path", async () => {
    const api = await createProjectAccessToken(service, project, { by: owner });
    const registry = await createProjectAccessToken(service, project, { by: owner, scopes: ["read_registry"] });
    const query = vi.spyOn(service.container.database, "query");
    await api.client.get("/user");
    const authorization = `Basic ${Buffer.from(`robot:${registry.secret}`).toString("base64")}`;
    await fetch(`${service.url}/jwt/auth?service=container_registry`, { headers: { authorization } });
    expect(query.mock.calls.filter(([{ text }]) => /^\s*(insert|update|delete)/i.test(text))).toEqual([]);
    query.mockRestore();
    await flush();
    const now = service.clock.now().toISOString();
    expect(await lastUse(api.id)).toBe(now);
    expect(await lastUse(registry.id)).toBe(now);
  });

  it("is written at most once a minute a token", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    await robot.client.get("/user");
    await flush();
    const first = await lastUse(robot.id);
    service.clock.advance({ seconds: 59 });
    await robot.client.get("/user");
    await flush();
    expect(await lastUse(robot.id)).toBe(first);
    service.clock.advance({ seconds: 1 });
    await robot.client.get("/user");
    await flush();
    expect(await lastUse(robot.id)).toBe(service.clock.now().toISOString());
  });

  it("waits for the next time when it cannot be written", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    await robot.client.get("/user");
    const away = vi.spyOn(service.container.database, "query").mockRejectedValueOnce(new Error("away"));
    await expect(flush()).rejects.toThrow("away");
    away.mockRestore();
    await flush();
    expect(await lastUse(robot.id)).toBe(service.clock.now().toISOString());
  });
});

describe("a stop", () => {
  it("loses no last use: what was gathered is written before the database closes", async () => {
    const stopping = await startTestService();
    const person = await createUser(stopping, "olga");
    await stopping.container.lastUse.flush();
    stopping.clock.advance({ hours: 1 });
    await person.client.get("/user");
    const query = vi.spyOn(stopping.container.database, "query");
    const close = vi.spyOn(stopping.container.database, "close");
    await stopping.stop();
    const written = query.mock.calls.findIndex(([{ name }]) => name === "write_last_use_of_access_tokens");
    expect(query.mock.calls[written]?.[1][0]).toContain(`"last_at":"${stopping.clock.now().toISOString()}"`);
    expect(await query.mock.results[written]?.value).toEqual([]);
    expect(query.mock.invocationCallOrder[written]).toBeLessThan(close.mock.invocationCallOrder[0] ?? 0);
  });
});

describe("the sweep, of tokens in grace", () => {
  it("records the end of a grace once, at the moment of it, as the bot's, and no expiry beside it", async () => {
    const about = async (id: number) => {
      const { body } = await owner.client.get(`/projects/${project}/events?per_page=100&target_type=access_token`);
      return body.filter(
        (event: { target_id: number; action_name: string }) =>
          event.target_id === id && event.action_name !== "created",
      );
    };
    service.clock.set(new Date("2028-11-30T12:00:00Z"));
    const [first, second] = [
      await createProjectAccessToken(service, project, { by: owner }),
      // Its grace ends by its date.
      await createProjectAccessToken(service, project, { by: owner, expires_at: "2028-12-01" }),
    ];
    for (const { id } of [first, second])
      await owner.client.post(`${tokens()}/${id}/rotate`, { expires_at: "2030-01-01", grace_period: 2 * 86_400 });
    service.clock.set(new Date("2028-12-02T11:59:59Z"));
    expect((await sweep()).retired).toBe(1);
    expect(await about(first.id)).toEqual([]);
    service.clock.set(new Date("2028-12-02T18:00:00Z"));
    expect(await sweep()).toEqual({ expired: 0, retired: 1, swept: 0 });
    expect(await sweep()).toEqual({ expired: 0, retired: 0, swept: 0 });
    for (const [{ id, userId }, end] of [
      [first, "2028-12-02T12:00:00.000Z"],
      [second, "2028-12-01T00:00:00.000Z"],
    ] as const) {
      expect(await about(id)).toMatchObject([{ action_name: "retired", author_id: userId, created_at: end }]);
      expect((await owner.client.get(`${tokens()}/${id}`)).body).toMatchObject({ active: false, revoked: true });
    }
  });

  it("takes on more ends of graces than one batch holds, each of which is an expiry date too", async () => {
    const dated = { by: owner, expires_at: "2028-12-03" };
    const robots = await Promise.all(
      Array.from({ length: 101 }, () => createProjectAccessToken(service, project, dated)),
    );
    for (const { id } of robots)
      await owner.client.post(`${tokens()}/${id}/rotate`, { expires_at: "2030-01-01", grace_period: 2 * 86_400 });
    service.clock.set(new Date("2028-12-03T00:00:00Z"));
    expect(await sweep()).toEqual({ expired: 0, retired: 101, swept: 0 });
  });

  it("never touches a bot with a token in grace, the only one that is not dead by its date or revoked", async () => {
    const robot = await createProjectAccessToken(service, project, { by: owner });
    const { body } = await owner.client.post(`${tokens()}/${robot.id}/rotate`, { grace_period: 86_400 });
    // No call leaves it so; whoever sees a token that works must not delete its bot.
    await service.container.database
      .em()
      .execute("update access_tokens set revoked_at = now() where id = ?", [body.id]);
    await service.container.database
      .em()
      .execute("update access_tokens set retires_at = '2029-05-01T00:00:00Z' where id = ?", [robot.id]);
    service.clock.set(new Date("2029-04-30T23:59:59Z"));
    await sweep();
    expect((await robot.client.get("/user")).status).toBe(200);
  });
});
