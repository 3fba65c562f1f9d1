import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { type Config, readConfig } from "../../../src/config.ts";
import { ConfigurationError } from "../../../src/errors.ts";
import { systemIds } from "../../../src/ids.ts";
import { type Container, createContainer } from "../../../src/server/container.ts";
import { prepareInstance } from "../../../src/server/first-start.ts";
import { type RunningService, startService } from "../../../src/server/start-service.ts";
import { type CertsDirectory, madeCertsDirectory } from "../../support/certs-directory.ts";
import { FakeClock } from "../../support/clock.ts";
import { createTestDatabase, isOnServer, type TestDatabase } from "../../support/database.ts";
import { freePort } from "../../support/free-port.ts";

const silent = pino({ level: "silent" });

let directory: string;
/** What a test started, to stop in turn. */
let cleanups: (() => Promise<unknown>)[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "keyside-start-"));
  cleanups = [() => rm(directory, { recursive: true, force: true })];
});
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

/** A configuration of the kind of database that this run is about; each call has a data directory of the test's own. */
async function configure(environment: Record<string, string> = {}): Promise<Config> {
  const database = await createTestDatabase({ empty: true });
  cleanups.push(() => database.remove());
  return readConfig({
    KEYSIDE_PORT: "0",
    KEYSIDE_DATA_DIR: join(directory, "data"),
    KEYSIDE_CERTS_DIR: join(directory, "certs"),
    ...("url" in database.location ? { DATABASE_URL: database.location.url } : {}),
    ...environment,
  });
}

async function start(config: Config): Promise<RunningService> {
  const running = await startService(config, silent);
  cleanups.push(() => running.stop());
  return running;
}

/** The sentence that the operator reads when it cannot start. */
async function refusal(config: Config): Promise<string> {
  const error: unknown = await start(config).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConfigurationError);
  return error instanceof ConfigurationError ? error.message : "";
}

const isLive = async ({ address }: RunningService) =>
  (await fetch(`http://127.0.0.1:${address.port}/-/readiness`)).status;

describe("a start", () => {
  it("leaves secrets that their owner alone reads, and finds its data again the next time", async () => {
    const config = await configure();
    const first = await startService(config, silent);
    expect(await isLive(first)).toBe(200);
    await first.stop();
    const secrets = () =>
      Promise.all(
        ["operator-token", "initial-root-password"].map((name) => readFile(join(config.dataDir, name), "utf8")),
      );
    const before = await secrets();
    for (const name of ["operator-token", "initial-root-password"]) {
      expect((await stat(join(config.dataDir, name))).mode & 0o777).toBe(0o600);
    }
    const second = await start(config);
    expect(await secrets()).toEqual(before);
    const headers = { "PRIVATE-TOKEN": before[0]?.trim() ?? "" };
    const response = await fetch(`http://127.0.0.1:${second.address.port}/api/v4/user`, { headers });
    expect(await response.json()).toMatchObject({ username: "root" });
  });

  it("on a port that is in use says so, and lets go of everything", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const config = await configure({ KEYSIDE_PORT: String(port) });
    expect(await refusal(config)).toMatch(new RegExp(`^KEYSIDE_PORT: port ${port} on 127.0.0.1 is in use`));
    server.close();
    await once(server, "close");
    expect(await isLive(await start(config))).toBe(200);
  });

  it("on an address that is not this machine's says so", async () => {
    expect(await refusal(await configure({ KEYSIDE_HOST: "192.0.2.1" }))).toMatch(
      /^KEYSIDE_HOST: 192\.0\.2\.1 is not an address/,
    );
  });

  it("with an unreachable DATABASE_URL names it, the server, and not the password", async () => {
    for (const host of ["127.0.0.1", "localhost"]) {
      const port = await freePort();
      const config = await configure({ DATABASE_URL: `postgres://ann:hunter2@${host}:${port}/keyside` });
      const message = await refusal(config);
      expect(message).toMatch(
        new RegExp(`^DATABASE_URL: it cannot be reached: PostgreSQL at ${host}:${port}: .*ECONNREFUSED`),
      );
      expect(message).not.toContain("hunter2");
    }
  });

  it("with certificates that do not belong together names them", async () => {
    const clock = new FakeClock(new Date());
    const [certs, other] = [await madeCertsDirectory(clock), await madeCertsDirectory(clock)];
    cleanups.push(() => Promise.resolve([certs, other].map((each: CertsDirectory) => each.delete())));
    certs.take("ca.key", other);
    expect(await refusal(await configure({ KEYSIDE_CERTS_DIR: certs.path }))).toContain("ca.key");
  });

  it("with an expired CA says so", async () => {
    const certs = await madeCertsDirectory(new FakeClock(new Date("1990-01-01T00:00:00Z")));
    cleanups.push(() => Promise.resolve(certs.delete()));
    expect(await refusal(await configure({ KEYSIDE_CERTS_DIR: certs.path }))).toMatch(
      /ca\.crt.*expired|expired.*ca\.crt/s,
    );
  });
});

describe.each(isOnServer() ? [] : ["embedded"])("the %s database", () => {
  it("refuses a second service on its directory, and takes it once the first stopped", async () => {
    const config = await configure();
    const first = await startService(config, silent);
    expect(await refusal(config)).toMatch(/^KEYSIDE_DATA_DIR: .* is in use by another Keyside process/);
    await first.stop();
    expect(await isLive(await start(config))).toBe(200);
  });
});

describe.each(isOnServer() ? ["PostgreSQL"] : [])("a %s server", () => {
  it("that refuses the user or lacks the database is named, and the password is not", async () => {
    const url = new URL(inject("postgresUrl") ?? "");
    url.pathname = "/no_such_database";
    const message = await refusal(await configure({ DATABASE_URL: url.href }));
    expect(message).toMatch(/^DATABASE_URL: it refuses the connection: PostgreSQL at .*no_such_database/);
    url.username = "nobody";
    url.password = "hunter2";
    expect(await refusal(await configure({ DATABASE_URL: url.href }))).not.toContain("hunter2");
  });

  it("is prepared once by three instances that start together", async () => {
    const database: TestDatabase = await createTestDatabase({ empty: true });
    cleanups.push(() => database.remove());
    const containers = await Promise.all(
      ["a", "b", "c"].map((name) => instance(database, join(directory, name), join(directory, "certs"))),
    );
    await Promise.all(containers.map(prepareInstance));
    const em = containers.map(({ database: opened }) => opened.em())[0];
    const rows: unknown = await em?.execute(
      `select (select count(*) from users where username = 'root')::int as roots, (select count(*) from users where user_type = 'ghost')::int as ghosts,
         (select count(*) from access_tokens)::int as tokens, (select count(*) from namespaces)::int as namespaces`,
    );
    expect(rows).toEqual([{ roots: 1, ghosts: 1, tokens: 1, namespaces: 1 }]);
    const holders = containers.filter(({ config }) => existsSync(config.operatorTokenFile));
    expect(holders).toHaveLength(1);
  });
});

async function instance({ location }: TestDatabase, dataDir: string, certsDir: string): Promise<Container> {
  const config = readConfig({ KEYSIDE_DATA_DIR: dataDir, KEYSIDE_CERTS_DIR: certsDir });
  const container = await createContainer({
    config,
    clock: new FakeClock(new Date()),
    ids: systemIds,
    log: silent,
    databaseLocation: location,
  });
  cleanups.push(() => container.close());
  return container;
}
