import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isConnectionFailure } from "../../../src/database/database-errors.ts";
import { createTestDatabase } from "../../support/database.ts";
import { event } from "../../support/registry-event.ts";
import { ROOT_PASSWORD, startTestService, type TestService } from "../../support/service.ts";
import { startTcpProxy, type TcpProxy } from "../../support/tcp-proxy.ts";

const NOTIFICATION_SECRET = "Bearer of-the-registry";

/** More than the pool has connections. */
const AT_ONCE = 12;
const ROUNDS = 3;

const ONE = { name: "one", text: "select 1" };

describe("a PostgreSQL server that does not answer", () => {
  let service: TestService;
  let proxy: TcpProxy;
  /** A connection of the test's own, which does not go through the proxy. */
  let beside: pg.Client;
  beforeEach(async () => {
    const database = await createTestDatabase();
    const direct = new URL("url" in database.location ? database.location.url : "");
    proxy = await startTcpProxy(direct.hostname, Number(direct.port));
    const url = new URL(direct);
    url.host = `127.0.0.1:${proxy.port}`;
    service = await startTestService({
      environment: { KEYSIDE_DATABASE_TIMEOUT: "2", REGISTRY_NOTIFICATION_SECRET: NOTIFICATION_SECRET },
      database: { ...database, location: { url: url.href } },
    });
    beside = new pg.Client({ connectionString: direct.href });
    await beside.connect();
  });
  afterEach(async () => {
    proxy.thaw();
    await beside.end();
    await service.stop();
    await proxy.close();
  });

  /** One request for each door, over and over: more at once than the pool has connections. */
  async function knock(): Promise<readonly Pick<Response, "status" | "headers">[]> {
    const authorization = `Basic ${Buffer.from(`root:${ROOT_PASSWORD}`).toString("base64")}`;
    const report = {
      method: "POST",
      headers: { authorization: NOTIFICATION_SECRET },
      body: JSON.stringify({ events: [event({})] }),
    };
    const doors = [
      () => fetch(`${service.url}/jwt/auth?service=container_registry`, { headers: { authorization } }),
      // Answered from memory, which the database must confirm.
      () => fetch(`${service.url}/jwt/auth?service=container_registry&scope=repository:a/b:pull`),
      () => service.root.get("/user"),
      () => service.root.post("/groups", { name: "a group", path: "a-group" }),
      () => fetch(`${service.url}/registry/notifications`, report),
      () => fetch(`${service.url}/-/readiness`),
    ];
    return await Promise.all(Array.from({ length: ROUNDS }, () => doors.map((knockAt) => knockAt())).flat());
  }

  /** How many sessions the database has besides the test's own, and how many of them run a query. */
  async function sessions(): Promise<{ readonly all: number; readonly active: number }> {
    const { rows } = await beside.query(
      `select count(*)::int as all, count(*) filter (where state = 'active')::int as active from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    return rows[0];
  }

  it("is 503 at every door, with the time to come back, and serves again when it does", async () => {
    await knock();
    proxy.freeze();
    for (const answer of await knock()) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    }
    expect((await fetch(`${service.url}/-/liveness`)).status).toBe(200);
    proxy.thaw();
    await expect.poll(async () => (await fetch(`${service.url}/-/readiness`)).status).toBe(200);
    expect((await service.root.get("/user")).status).toBe(200);
  });

  it("costs the connections that wait for it, which are not used again", async () => {
    proxy.freeze();
    const failed = await Promise.allSettled(
      Array.from({ length: AT_ONCE }, () => service.container.database.query(ONE, [])),
    );
    for (const { status, ...rest } of failed) {
      expect(status).toBe("rejected");
      expect("reason" in rest && isConnectionFailure(rest.reason)).toBe(true);
    }
    await expect.poll(() => service.container.database.poolState()).toEqual({ total: 0, idle: 0, waiting: 0 });
  });

  it("ends a transaction that it was in the middle of, on both sides, and its locks with it", async () => {
    const { database } = service.container;
    const transaction = database.transaction(async (em) => {
      await em.execute("update users set name = 'Frozen' where username = 'root'");
      proxy.freeze();
      await em.execute("select 1");
    });
    await expect(transaction).rejects.toSatisfy(isConnectionFailure);
    // The server never hears that the connection ended.
    await beside.query("update users set name = 'Thawed' where username = 'root'");
    await expect.poll(sessions, { timeout: 10_000 }).toMatchObject({ active: 0 });
    const { rows } = await beside.query("select name from users where username = 'root'");
    expect(rows).toEqual([{ name: "Thawed" }]);
    await expect.poll(() => database.poolState()).toMatchObject({ total: 0 });
  });

  it("because a lock is held is 503 too, and leaves no query behind that still waits for it", async () => {
    await beside.query("begin; lock table users in access exclusive mode");
    const answer = await service.root.get("/user");
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    expect(await sessions()).toMatchObject({ active: 0 });
    await beside.query("rollback");
    expect((await service.root.get("/user")).status).toBe(200);
  });

  it("has all the time that it takes to prepare a start", async () => {
    // Longer than the timeout and the grace after it.
    await service.container.database.prepare(async (em) => void (await em.execute("select pg_sleep(3.5)")));
    expect(await sessions()).toMatchObject({ active: 0 });
  });
});
