/** `KEYSIDE_WORKERS=2`: two processes on one port are one service. */
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { MAXIMUM_FAILURES } from "../../../src/authentication/lockout.ts";
import { ApiClient } from "../../support/api-client.ts";
import { KEYSIDE, runKeyside } from "../../support/keyside-command.ts";
import { startCommand } from "../../support/running-command.ts";
import { ROOT_PASSWORD } from "../../support/service.ts";
import { EVENTUALLY, type Instance, startTwoWorkers, twoWorkersInstance } from "../../support/two-workers.ts";
import { createGroup, createProject, enableProjectAccessTokens } from "../../support/world.ts";
import { wrongToken } from "../../support/wrong-token.ts";

const LEADS = "this worker does what one does for all";
const ENDED = "a worker ended; another takes its place";

/** The service's API, as its operator calls it. */
async function operator({ environment }: Instance) {
  const url = `http://127.0.0.1:${environment["KEYSIDE_PORT"]}`;
  const secret = (await readFile(join(environment["KEYSIDE_DATA_DIR"] ?? "", "operator-token"), "utf8")).trim();
  return { secret, root: new ApiClient(url, secret), as: (other: string | undefined) => new ApiClient(url, other) };
}

/** A connection to the database beside the service. */
async function connectBeside({ databaseUrl }: Instance): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

describe("two workers", () => {
  it("count wrong credentials together, and show all that they count on one page", async () => {
    const service = await startTwoWorkers(await twoWorkersInstance());
    const pair = await service.connections();
    for (let index = 0; index < MAXIMUM_FAILURES; index += 1) {
      expect((await pair[index % 2 === 0 ? 0 : 1].token(`x:${wrongToken()}`)).status).toBe(401);
    }
    const refused = [await pair[0].token(`root:${ROOT_PASSWORD}`), await pair[1].token(`root:${ROOT_PASSWORD}`)];
    expect(refused.map(({ status }) => status)).toEqual([429, 429]);
    expect(new Set(refused.map(({ worker }) => worker)).size).toBe(2);
    for (const connection of pair) {
      expect(await connection.sample("keyside_workers")).toBe(2);
      const event = (name: string) => connection.sample(`keyside_authentication_failures_total{event="${name}"}`);
      expect([await event("counted"), await event("locked"), await event("refused")]).toEqual([
        MAXIMUM_FAILURES - 1,
        1,
        2,
      ]);
      expect(await connection.sample('keyside_token_request_duration_seconds_count{grant="basic"}')).toBe(
        MAXIMUM_FAILURES + 2,
      );
    }
  });

  it("see what one of them revoked or granted with the very next request", async () => {
    const instance = await twoWorkersInstance();
    const service = await startTwoWorkers(instance);
    const world = await operator(instance);
    await enableProjectAccessTokens(world);
    const project = await createProject(world, await createGroup(world, "team"), "app");
    const pair = await service.connections();
    const answering = new Set<string>();
    for (let round = 0; round < 20; round += 1) {
      const [here, there] = round % 2 === 0 ? pair : [pair[1], pair[0]];
      const made = await here.call("POST", `/api/v4/projects/${project}/access_tokens`, {
        secret: world.secret,
        body: { name: "robot", scopes: ["read_registry"] },
      });
      const { id, token } = JSON.parse(made.text) as { id: number; token: string };
      expect((await there.token(`x:${token}`, "repository:team/app:pull")).status).toBe(200);
      const revoked = await here.call("DELETE", `/api/v4/projects/${project}/access_tokens/${id}`, {
        secret: world.secret,
      });
      const next = await there.token(`x:${token}`, "repository:team/app:pull");
      expect([revoked.status, next.status]).toEqual([204, 401]);
      answering.add(`${revoked.worker} revoked, ${next.worker} refused`);
    }
    // Each did both, and never for itself.
    expect(answering.size).toBe(2);
    for (const sentence of answering) expect(sentence).not.toMatch(/^(\d+) revoked, \1 refused$/);
  });

  it("go on when the one that leads is killed: the other leads, a new one comes, and no count gets less", async () => {
    const instance = await twoWorkersInstance();
    const service = await startTwoWorkers(instance);
    const [first] = await service.waitFor(LEADS);
    const isAnsweredByCommandLine = async () =>
      (await runKeyside(instance.environment, ["project", "list"])).code === 0;
    expect(await isAnsweredByCommandLine()).toBe(true);
    const pair = await service.connections();
    for (const connection of pair) await connection.token();
    const anonymous = 'keyside_token_requests_total{grant="anonymous",outcome="issued"}';
    expect(await pair[0].sample(anonymous)).toBe(2);

    const workers = await Promise.all(pair.map(async (each) => (await each.call("GET", "/-/liveness")).worker));
    const survivor = pair[workers[0] === first?.pid ? 1 : 0];
    expect(workers).toContain(first?.pid);
    process.kill(first?.pid ?? 0, "SIGKILL");
    await service.waitFor(ENDED);
    expect(await survivor.sample(anonymous)).toBe(2);

    const leaders = (await service.waitFor(LEADS, 2)).map(({ pid }) => pid);
    expect(leaders).toEqual([first?.pid, workers.find((pid) => pid !== first?.pid)]);
    expect(await isAnsweredByCommandLine()).toBe(true);
    const after = await service.connections();
    for (const connection of after) {
      await connection.token();
      await expect.poll(() => connection.sample("keyside_workers"), EVENTUALLY).toBe(2);
    }
    expect(await after[1].sample(anonymous)).toBe(4);
    expect(service.logged(LEADS)).toHaveLength(2);
    service.command.signal("SIGTERM");
    expect(await service.command.ended).toBe(0);
  });

  it("show their page although one of them does not answer", async () => {
    const service = await startTwoWorkers(await twoWorkersInstance());
    const pair = await service.connections();
    for (const connection of pair) await connection.token();
    const anonymous = 'keyside_token_requests_total{grant="anonymous",outcome="issued"}';
    expect(await pair[0].sample(anonymous)).toBe(2);
    const { worker } = await pair[1].call("GET", "/-/liveness");
    process.kill(worker, "SIGSTOP");
    expect(await pair[0].sample("keyside_workers")).toBe(1);
    expect(await pair[0].sample(anonymous)).toBe(2);
    process.kill(worker, "SIGCONT");
    await expect.poll(() => pair[0].sample("keyside_workers"), EVENTUALLY).toBe(2);
  });

  it("both finish what they do when asked to stop, as one process does", async () => {
    const instance = await twoWorkersInstance();
    const service = await startTwoWorkers(instance);
    const { secret } = await operator(instance);
    const pair = await service.connections();
    const beside = await connectBeside(instance);
    await beside.query("begin; lock table users in access exclusive mode");
    const held = pair.map((connection) => connection.call("GET", "/api/v4/user", { secret }));
    const waiting = "select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock'";
    await expect.poll(async () => (await beside.query(waiting)).rows, EVENTUALLY).toEqual([{ count: 2 }]);
    // To all processes, as a terminal and a service manager do.
    service.command.signal("SIGTERM");
    await expect.poll(() => isRefused(Number(instance.environment["KEYSIDE_PORT"])), EVENTUALLY).toBe(true);
    await beside.query("rollback");
    const answers = await Promise.all(held);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(new Set(answers.map(({ worker }) => worker)).size).toBe(2);
    expect(await service.command.ended).toBe(0);
    expect(service.logged("stopped")).toMatchObject([{ pid: service.primary }]);
    expect(service.command.output.endsWith('"msg":"stopped"}\n')).toBe(true);
    expect(service.logged(ENDED)).toEqual([]);
  });

  it("end with the process that watches over them", async () => {
    const service = await startTwoWorkers(await twoWorkersInstance());
    process.kill(service.primary, "SIGKILL");
    expect(await service.command.ended).toBe("SIGKILL");
    await expect.poll(() => service.command.groupIsGone(), EVENTUALLY).toBe(true);
  });

  it("that cannot be replaced end the service, which says why", async () => {
    const instance = await twoWorkersInstance();
    const service = await startTwoWorkers(instance);
    const [leader] = await service.waitFor(LEADS);
    await writeFile(join(instance.environment["KEYSIDE_CERTS_DIR"] ?? "", "ca.crt"), "no certificate");
    process.kill(leader?.pid ?? 0, "SIGKILL");
    expect(await service.command.ended).toBe(1);
    expect(service.command.output).toMatch(
      /\nkeyside: KEYSIDE_WORKERS: 5 workers in a row ended within a minute of their start; the last: .*ca\.crt/,
    );
  });
});

describe("keyside up with two workers", () => {
  it("runs them beside the registry, with one log, and stops all", async () => {
    const { environment } = await twoWorkersInstance({ PATH: "/nowhere" });
    const command = startCommand([...KEYSIDE, "up"], environment);
    await command.printed(/^Ctrl-C stops both\.$/m);
    const readiness = `http://127.0.0.1:${environment["KEYSIDE_PORT"]}/-/readiness`;
    for (let count = 0; count < 4; count += 1) expect((await fetch(readiness)).status).toBe(200);
    command.signal("SIGINT");
    expect(await command.ended).toBe(0);
    expect(command.output).toMatch(/^Stopped\.$/m);
    expect(command.groupIsGone()).toBe(true);
    const log = await readFile(join(environment["KEYSIDE_DATA_DIR"] ?? "", "keyside.log"), "utf8");
    expect(log).toMatch(/"workers":2,"database":"postgresql","msg":"listening"/);
    expect(log.split("\n").filter((line) => line.includes("/-/readiness"))).toHaveLength(4);
    expect(command.output).not.toContain('"msg"');
  });
});

describe("the process that watches over workers", () => {
  it("loads nothing of what answers requests", async () => {
    const { environment } = await twoWorkersInstance();
    const [node = "", ...rest] = KEYSIDE;
    // Whoever is not a worker tells, on standard error, of every module that it loads.
    const hooks = `
      import cluster from "node:cluster";
      import { writeSync } from "node:fs";
      import { registerHooks } from "node:module";
      if (cluster.isPrimary) {
        registerHooks({ load(url, context, next) { writeSync(2, "loads " + url + "\\n"); return next(url, context); } });
      }`;
    const preload = `--import=data:text/javascript,${encodeURIComponent(hooks)}`;
    const command = startCommand([node, preload, ...rest, "serve"], environment);
    await command.printed(/"msg":"listening"/);
    const loaded = command.output.split("\n").filter((line) => line.startsWith("loads "));
    expect(loaded).toContainEqual(expect.stringContaining("src/server/workers.ts"));
    const heavy = /\/node_modules\/(?:koa|@koa|@mikro-orm|pg|@electric-sql|prom-client|node-forge|jsonwebtoken|yaml)\//;
    expect(loaded.filter((url) => heavy.test(url))).toEqual([]);
  });
});

describe("a start with two workers", () => {
  it("without PostgreSQL is refused, by the variable's name and value", async () => {
    const { environment } = await twoWorkersInstance({ DATABASE_URL: "" });
    const { code, stderr } = await runKeyside(environment, ["serve"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^keyside: KEYSIDE_WORKERS: "2" needs a PostgreSQL server[^\n]*set DATABASE_URL[^\n]*\n$/);
  });

  it("on a port that is in use says so, in a line, and leaves nobody behind", async () => {
    const { environment } = await twoWorkersInstance();
    const port = Number(environment["KEYSIDE_PORT"]);
    const other = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => void other.close());
    const { code, stderr } = await runKeyside({ ...environment, KEYSIDE_LOG_LEVEL: "silent" }, ["serve"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^keyside: KEYSIDE_PORT: port ${port} on 127.0.0.1 is in use [^\n]*\n$`));
  });

  it("on the port of another with two workers is refused too", async () => {
    const instance = await twoWorkersInstance();
    await startTwoWorkers(instance);
    const second = await runKeyside(instance.environment, ["serve"]);
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining("is in use by another process") });
  });
});

/** Whether nobody listens on a port. */
async function isRefused(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, "127.0.0.1");
  socket.once("connect", () => resolve(false)).once("error", () => resolve(true));
  return await promise.finally(() => socket.destroy());
}
