/**
 * `npm run bench`: what the token endpoint costs, as ratios within one run on one machine, since nothing else compares.
 * On the embedded database, or on `DATABASE_URL`, an empty PostgreSQL database. Under a minute.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { AccessToken } from "../src/access-tokens/access-token.entity.ts";
import { digestSecret } from "../src/access-tokens/secret.ts";
import { authenticateAccessToken } from "../src/authentication/authenticate-access-token.ts";
import { systemClock } from "../src/clock.ts";
import { readConfig } from "../src/config.ts";
import { systemIds } from "../src/ids.ts";
import { createContainer } from "../src/server/container.ts";
import { prepareInstance } from "../src/server/first-start.ts";
import { signRegistryToken } from "../src/signing/registry-jwt.ts";
import { openSigningKeys } from "../src/signing/signing-keys.ts";
import { flood, medianLatency, rate } from "./load.ts";

const MILLISECONDS = 2_000;
const WRONG_LOGINS = 10_000;
const RIGHT_LOGINS = 11;
const ROOT_PASSWORD = "a password for the bench";

const directory = await mkdtemp(join(tmpdir(), "keyside-bench-"));
const running: ChildProcess[] = [];
try {
  const es256 = await startService("ES256");
  const secret = await makeBotToken(es256);
  const results = [...(await ratesOverHttp(es256, secret)), ...(await abuse(es256))];
  await stopServices();
  results.push(...(await ratesOfParts(secret)));
  print(results);
} finally {
  await stopServices();
  await rm(directory, { recursive: true, force: true });
}

interface Result {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What it is measured against; a ratio needs one. */
  readonly base?: Result;
}

interface Service {
  readonly url: string;
  readonly operatorToken: string;
}

function environment(algorithm: string): Record<string, string> {
  const { DATABASE_URL } = process.env;
  return {
    KEYSIDE_PORT: "0",
    KEYSIDE_DATA_DIR: join(directory, "data"),
    KEYSIDE_CERTS_DIR: join(directory, `certs-${algorithm}`),
    KEYSIDE_ROOT_PASSWORD: ROOT_PASSWORD,
    REGISTRY_SIGNING_ALG: algorithm,
    ...(DATABASE_URL === undefined ? {} : { DATABASE_URL }),
  };
}

async function startService(algorithm: string): Promise<Service> {
  const env = { PATH: process.env["PATH"], ...environment(algorithm) };
  const child = fork(join(import.meta.dirname, "service.ts"), { env });
  running.push(child);
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  const operatorToken = (await readFile(join(directory, "data", "operator-token"), "utf8")).trim();
  return { url: `http://127.0.0.1:${port}`, operatorToken };
}

async function stopServices(): Promise<void> {
  for (const child of running.splice(0)) {
    child.disconnect();
    await once(child, "exit");
  }
}

/** A bot with a project of its own, made through the API. */
async function makeBotToken({ url, operatorToken }: Service): Promise<string> {
  const post = async (path: string, body: object) => {
    const headers = { "private-token": operatorToken, "content-type": "application/json" };
    const response = await fetch(`${url}/api/v4${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { id: number; token: string };
  };
  await post("/features/resource_access_token", { value: true });
  const group = await post("/groups", { name: "bench", path: "bench" });
  const project = await post("/projects", { path: "app", namespace_id: group.id });
  const scopes = ["read_registry", "write_registry"];
  return (await post(`/projects/${project.id}/access_tokens`, { name: "bench", scopes })).token;
}

function basic(username: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
}

async function ratesOverHttp({ url }: Service, secret: string): Promise<Result[]> {
  const realm = `${url}/jwt/auth?service=container_registry`;
  const measure = async (what: string, path: string, headers: Record<string, string>, base?: Result) => {
    await rate({ url: path, headers, status: 200 }, MILLISECONDS / 5); // until it is compiled
    const value = await rate({ url: path, headers, status: 200 }, MILLISECONDS);
    return { what, value, unit: "req/s", ...(base === undefined ? {} : { base }) };
  };
  const liveness = await measure("GET /-/liveness", `${url}/-/liveness`, {});
  const headers = basic("bot", secret);
  return [
    liveness,
    await measure("GET /jwt/auth, anonymous, no scope", realm, {}, liveness),
    await measure(
      "GET /jwt/auth, bot, own project",
      `${realm}&scope=repository:bench/app:pull,push`,
      headers,
      liveness,
    ),
    await measure("GET /jwt/auth, bot, another project too", `${realm}&scope=repository:a/b:pull`, headers, liveness),
  ];
}

/** A right login from one address, alone and while another address tries wrong ones without end. */
async function abuse({ url }: Service): Promise<Result[]> {
  const realm = `${url}/jwt/auth?service=container_registry`;
  const right = { url: realm, headers: basic("root", ROOT_PASSWORD), localAddress: "127.0.0.2", status: 200 };
  const alone = { what: "right login, median, alone", value: await medianLatency(right, RIGHT_LOGINS), unit: "ms" };
  const start = performance.now();
  const attack = flood(WRONG_LOGINS, (index) => ({
    url: realm,
    headers: basic("root", `wrong ${index}`),
    localAddress: "127.0.0.3",
    status: [401, 429],
  }));
  const value = await medianLatency(right, RIGHT_LOGINS);
  await attack;
  const perSecond = WRONG_LOGINS / ((performance.now() - start) / 1000);
  return [
    alone,
    {
      what: `right login, median, during ${WRONG_LOGINS} wrong ones from another address`,
      value,
      unit: "ms",
      base: alone,
    },
    { what: "those wrong logins", value: perSecond, unit: "req/s" },
  ];
}

/** Signing by either algorithm, and finding a token by either way, in this process. */
async function ratesOfParts(secret: string): Promise<Result[]> {
  const es256 = await signingRate("ES256");
  const rs256 = await signingRate("RS256", es256);
  const config = readConfig(environment("ES256"));
  const log = pino({ level: "silent" });
  const container = await createContainer({ config, clock: systemClock, ids: systemIds, log });
  await prepareInstance(container);
  const where = { digest: digestSecret(secret) };
  const orm = () =>
    container.database.em().findOneOrFail(AccessToken, where, { populate: ["user", "project.fullPath"] });
  const byOrm = { what: "find a token and its project: ORM", value: await perSecond(orm), unit: "/s" };
  const prepared = await perSecond(() => authenticateAccessToken(container, secret, "127.0.0.1"));
  await container.close();
  return [es256, rs256, byOrm, { what: "the same: prepared query", value: prepared, unit: "/s", base: byOrm }];
}

async function signingRate(algorithm: "ES256" | "RS256", base?: Result): Promise<Result> {
  const keys = await openSigningKeys({
    directory: join(directory, `certs-${algorithm}`),
    algorithm,
    clock: systemClock,
  });
  const access = [{ type: "repository", name: "bench/app", actions: ["pull", "push"] }];
  const sign = () => {
    const request = { issuer: "keyside", audience: "container_registry", subject: "bot", access, lifetimeSeconds: 300 };
    signRegistryToken({ ...request, key: keys.current(), issuedAt: new Date(), tokenId: systemIds.uuid() });
    return Promise.resolve();
  };
  return { what: `sign by ${algorithm}`, value: await perSecond(sign, 1), unit: "/s", ...(base && { base }) };
}

async function perSecond(work: () => Promise<unknown>, atOnce = 16): Promise<number> {
  let done = 0;
  const end = performance.now() + MILLISECONDS;
  const worker = async () => {
    while (performance.now() < end) {
      await work();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (done / MILLISECONDS) * 1000;
}

function print(results: readonly Result[]): void {
  const width = Math.max(...results.map(({ what }) => what.length));
  for (const { what, value, unit, base } of results) {
    const ratio = base === undefined ? "" : `  x ${(value / base.value).toFixed(2)} of "${base.what}"`;
    process.stdout.write(
      `${what.padEnd(width)}  ${value.toFixed(value < 1000 ? 1 : 0).padStart(8)} ${unit.padEnd(5)}${ratio}\n`,
    );
  }
}
