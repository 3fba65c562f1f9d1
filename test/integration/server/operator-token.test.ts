/** A database has one live operator's token at most: made by the first start, replaced in place, never joined by another. */
import { existsSync } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { addDays, utcDate } from "../../../src/clock.ts";
import type { Container } from "../../../src/server/container.ts";
import { prepareInstance } from "../../../src/server/first-start.ts";
import { renewOperatorToken, takeOperatorToken } from "../../../src/server/operator-token.ts";
import { isOnServer } from "../../support/database.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { createPersonalAccessToken, createUser } from "../../support/world.ts";

let service: TestService;
afterEach(() => service.stop());

const start = async (environment: Record<string, string> = {}) => {
  service = await startTestService({ environment });
  return service.container;
};
const sql = (text: string) => service.container.database.em().execute<Record<string, unknown>[]>(text);
const live = () => sql("select expires_at::text, scopes from access_tokens where revoked_at is null order by id");
const secretIn = async (file: string) => (await readFile(file, "utf8")).trim();
const held = (container: Container) => secretIn(container.config.operatorTokenFile);
const statusOf = async (secret: string) => (await service.as(secret).get("/user")).status;

/** The same database, as a server with another data directory or another configuration sees it. */
function elsewhere(container: Container, changes: Partial<Container["config"]> = {}): Container {
  const operatorTokenFile = join(service.directory, "other-operator-token");
  return { ...container, config: { ...container.config, operatorTokenFile, ...changes } };
}
function withMaximum(container: Container, maxLifetimeDays: number | undefined): Container {
  return { ...container, tokenSettings: { ...container.tokenSettings, maxLifetimeDays } };
}

describe("the operator's token", () => {
  it("stays the same through later starts", async () => {
    const container = await start();
    const before = await held(container);
    await prepareInstance(container);
    expect(await held(container)).toBe(before);
    expect(await live()).toHaveLength(1);
  });

  it("may do whatever a token may", async () => {
    const container = await start();
    const { body } = await service.as(await held(container)).get("/personal_access_tokens/self");
    const { TOKEN_SCOPES } = await import("../../../src/principals/token-scope.ts");
    expect((body as { scopes: string[] }).scopes.toSorted()).toEqual([...TOKEN_SCOPES].toSorted());
  });

  it("that lacks a scope of a newer version is replaced at the start", async () => {
    const container = await start();
    const before = await held(container);
    await sql("update access_tokens set scopes = array['api']");
    await prepareInstance(container);
    expect(await statusOf(before)).toBe(401);
    expect(await statusOf(await held(container))).toBe(200);
    expect(await live()).toHaveLength(1);
  });

  it("moves by takeOperatorToken, which ends the one before", async () => {
    const container = await start();
    const before = await held(container);
    const other = elsewhere(container);
    await takeOperatorToken(other);
    const taken = await held(other);
    expect([await statusOf(before), await statusOf(taken)]).toEqual([401, 200]);
    expect(await live()).toHaveLength(1);
    await takeOperatorToken(other);
    expect(await held(other)).toBe(taken);
  });

  it("that was rotated with a grace ends with its predecessor when it is made anew", async () => {
    const container = await start();
    const before = await held(container);
    const { body } = await service.as(before).post("/personal_access_tokens/self/rotate", { grace_period: 3600 });
    const rotated: string = body.token;
    expect([await statusOf(before), await statusOf(rotated)]).toEqual([200, 200]);
    await takeOperatorToken(container);
    expect([await statusOf(before), await statusOf(rotated)]).toEqual([401, 401]);
    expect(await statusOf(await held(container))).toBe(200);
    expect(await live()).toHaveLength(1);
  });

  it("is found again where a start was cut off before its secret was in its place", async () => {
    const container = await start();
    const { operatorTokenFile } = container.config;
    const secret = await held(container);
    await rename(operatorTokenFile, `${operatorTokenFile}.new`);
    await prepareInstance(container);
    expect(await held(container)).toBe(secret);
    expect(existsSync(`${operatorTokenFile}.new`)).toBe(false);
  });

  it("that was revoked is not made again by the chore, but by the next start", async () => {
    const container = withMaximum(await start(), 30);
    const secret = await held(container);
    expect((await service.as(secret).delete("/personal_access_tokens/self")).status).toBe(204);
    await renewOperatorToken(container);
    expect(await live()).toEqual([]);
    await prepareInstance(container);
    expect(await statusOf(await held(container))).toBe(200);
  });

  it("is nobody's once the first administrator is blocked, demoted or deleted", async () => {
    const container = await start();
    const ann = await createUser(service, "ann", { admin: true, scopes: ["api"] });
    const { id } = (await service.root.get("/user")).body as { id: number };
    const tokens = async () => (await sql("select 1 from access_tokens")).length;
    const before = await tokens();
    await rm(container.config.operatorTokenFile);
    for (const change of [
      () => ann.client.post(`/users/${id}/block`),
      () => ann.client.post(`/users/${id}/unblock`).then(() => ann.client.put(`/users/${id}`, { admin: false })),
      () => ann.client.delete(`/users/${id}`),
    ]) {
      await change();
      await prepareInstance(container);
      await expect(takeOperatorToken(container)).rejects.toThrow(/first administrator is deleted, blocked or no/);
      expect(existsSync(container.config.operatorTokenFile)).toBe(false);
    }
    expect(await tokens()).toBe(before);
  });

  it("ends the tokens that further data directories of an earlier version left behind, but for the last used", async () => {
    const container = await start();
    const { id } = (await service.root.get("/user")).body as { id: number };
    const other = await createPersonalAccessToken(service, id, ["api"]);
    await sql(
      `insert into access_tokens (created_at, user_id, name, description, scopes, digest, last_four, created_by_id, last_used_at, family)
       select created_at, user_id, name, description, array['api'], 'digest ' || n, last_four, created_by_id,
         case when n = 2 then now() + interval '1 day' end, 'family ' || n
       from access_tokens, generate_series(1, 3) n where family = 'operator'`,
    );
    await sql("update access_tokens set family = 'family 0' where family = 'operator'");
    await sql("drop table first_administrator");
    await sql("delete from migrations where name = '20261125060000-first-administrator'");
    await container.database.prepare(() => Promise.resolve());
    const kept = await sql("select digest from access_tokens where revoked_at is null and family = 'operator'");
    expect(kept).toEqual([{ digest: "digest 2" }]);
    expect(await live()).toHaveLength(2);
    expect(await statusOf(other)).toBe(200);
  });
});

describe("the operator's token under KEYSIDE_MAX_TOKEN_LIFETIME_DAYS", () => {
  const maximum = { KEYSIDE_MAX_TOKEN_LIFETIME_DAYS: "30" };

  it("ends within the maximum, and is replaced before it does", async () => {
    const container = await start(maximum);
    const before = await held(container);
    const today = utcDate(service.clock.now());
    expect(await live()).toMatchObject([{ expires_at: addDays(today, 30) }]);
    service.clock.advance({ days: 14 });
    await renewOperatorToken(container);
    expect(await held(container)).toBe(before);
    service.clock.advance({ days: 1 });
    await renewOperatorToken(container);
    expect([await statusOf(before), await statusOf(await held(container))]).toEqual([401, 200]);
    expect(await live()).toMatchObject([{ expires_at: addDays(today, 45) }]);
  });

  it("is replaced at the start after the server was away until it ended", async () => {
    const container = await start(maximum);
    service.clock.advance({ days: 31 });
    await prepareInstance(container);
    expect(await statusOf(await held(container))).toBe(200);
    expect(await live()).toHaveLength(1);
  });

  it("is shortened at the start where the maximum is new or smaller", async () => {
    const container = await start();
    const today = utcDate(service.clock.now());
    expect(await live()).toMatchObject([{ expires_at: null }]);
    for (const days of [90, 7]) {
      await prepareInstance(withMaximum(container, days));
      expect(await live()).toMatchObject([{ expires_at: addDays(today, days) }]);
    }
    await prepareInstance(container);
    expect(await live()).toMatchObject([{ expires_at: null }]);
  });

  it("is not touched by the chore of a server that does not hold it", async () => {
    const container = await start(maximum);
    const before = await held(container);
    service.clock.advance({ days: 20 });
    await renewOperatorToken(elsewhere(container));
    expect(await statusOf(before)).toBe(200);
  });
});

describe.each(isOnServer() ? ["PostgreSQL"] : [])("servers with data directories of their own on one %s", () => {
  it("leave the operator's token to the first, and say where it is", async () => {
    const container = await start();
    const secret = await held(container);
    const other = elsewhere(container);
    await prepareInstance(other);
    await prepareInstance(other);
    expect(existsSync(other.config.operatorTokenFile)).toBe(false);
    expect(await statusOf(secret)).toBe(200);
    expect(await live()).toHaveLength(1);
    const warning = service.logLines.find((line) => line.includes("in another data directory"));
    expect(JSON.parse(warning ?? "{}")).toMatchObject({
      level: 40,
      token: expect.stringContaining(container.config.operatorTokenFile),
    });
  });

  it("that take it at the same moment leave one live", async () => {
    const container = await start();
    const others = ["a", "b", "c"].map((name) =>
      elsewhere(container, { operatorTokenFile: join(service.directory, name) }),
    );
    await Promise.all(others.map(takeOperatorToken));
    const secrets = await Promise.all([container, ...others].map(held));
    const statuses = await Promise.all(secrets.map(statusOf));
    expect(statuses.toSorted()).toEqual([200, 401, 401, 401]);
  });
});
