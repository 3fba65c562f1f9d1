/** The fast lane: whatever it is asked, it answers, logs and counts as Koa does, which takes the path with a slash at its end. */
import fc from "fast-check";
import Koa from "koa";
import { afterAll, beforeAll, beforeEach, describe, expect, it, type MockInstance, onTestFinished, vi } from "vitest";
import { FAILURE_WINDOW_SECONDS, MAXIMUM_FAILURES } from "../../../src/authentication/lockout.ts";
import { serve } from "../../../src/server/start-service.ts";
import { withShortPath } from "../../../src/unix-socket.ts";
import { FUZZ_FACTOR, FUZZ_SEED } from "../../support/fuzz.ts";
import { HeldChecks } from "../../support/held-checks.ts";
import { type RawAnswer, RawConnection } from "../../support/raw-connection.ts";
import { ROOT_PASSWORD, startTestService, type TestService } from "../../support/service.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
} from "../../support/world.ts";
import { wrongToken } from "../../support/wrong-token.ts";

const LANE = "/jwt/auth";
const BY_KOA = "/jwt/auth/";

const RUNS = 30 * FUZZ_FACTOR;

/** A GET of which the path alone is missing. */
interface Asked {
  /** With its `?`. */
  readonly query: string;
  readonly headers?: readonly string[];
  readonly version?: "1.0" | "1.1";
}

let service: TestService;
/** Behind a proxy that is trusted. */
let proxied: TestService;
let byKoa: MockInstance;
/** Access tokens by name. */
const secrets: Record<string, string> = {};

beforeAll(async () => {
  byKoa = vi.spyOn(Koa.prototype, "createContext");
  service = await startTestService();
  proxied = await startTestService({ environment: { KEYSIDE_TRUSTED_PROXIES: "127.0.0.1" } });
  await enableProjectAccessTokens(service);
  const team = await createGroup(service, "team");
  const app = await createProject(service, team, "app");
  await createProject(service, team, "open", { visibility: "public" });
  const scopes = ["read_registry", "write_registry"];
  const revoked = await createProjectAccessToken(service, app, { scopes });
  await service.root.delete(`/projects/${app}/access_tokens/${revoked.id}`);
  const dying = await createProjectAccessToken(service, app, { scopes, expires_at: "2026-11-03" });
  Object.assign(secrets, {
    bot: (await createProjectAccessToken(service, app, { scopes })).secret,
    personal: (await createUser(service, "ann", { scopes })).secret,
    revoked: revoked.secret,
    expired: dying.secret,
    mistyped: `${dying.secret.slice(0, -1)}-`,
  });
  service.clock.advance({ days: 1 });
  // What is said once has been said.
  for (const { url } of [service, proxied]) await fetch(url, { headers: { "x-real-ip": "203.0.113.7" } });
});
afterAll(async () => {
  vi.restoreAllMocks();
  await service.stop();
  await proxied.stop();
});
beforeEach(() => {
  byKoa.mockClear();
});

const basic = (text: string | Buffer) => `Authorization: Basic ${Buffer.from(text).toString("base64")}`;
const OURS = "?service=container_registry";
const PULL = `${OURS}&scope=repository:team/app:pull,push`;

function textOf(path: string, { query, headers = [], version = "1.1" }: Asked): string {
  return [`GET ${path}${query} HTTP/${version}`, "Host: x", ...headers, "", ""].join("\r\n");
}

/** What of a line in the log is no matter: moments, durations, stacks, and the mark that Koa leaves on an error. */
function normalLine(line: string, requestId: string): string {
  const without = { time: 0, ms: 0, stack: "", headerSent: undefined };
  const parsed = JSON.parse(line, (key, value) => (Object.hasOwn(without, key) ? without[key as "ms"] : value));
  const own = parsed.requestId === undefined ? {} : { requestId: parsed.requestId === requestId ? "own" : "other" };
  const path = parsed.path === BY_KOA ? { path: LANE } : {};
  // The order of the fields is compared too.
  return JSON.stringify({ ...parsed, ...own, ...path });
}

/** What of an answer is no matter: tokens, moments and ids; and the value of the one header that holds one. */
function normalAnswer({ statusLine, headers, body }: RawAnswer): RawAnswer {
  return {
    statusLine,
    headers: headers.map((line) => line.replace(/^(X-Request-Id|Date): .+/, "$1")),
    body: body
      .replaceAll(/"(token|access_token|refresh_token|issued_at)":"[^"]+"/g, '"$1":""')
      .replace(/(?<="(?:token|access_token)":")[^"]*/g, ""),
  };
}

async function counts({ container }: TestService): Promise<ReadonlyMap<string, number>> {
  const { tokenRequests, tokenDuration, authenticationFailures } = container.metrics;
  const metrics = await Promise.all([tokenRequests.get(), tokenDuration.get(), authenticationFailures.get()]);
  const samples = metrics.flatMap(({ name, values }) =>
    values.map((sample) => ({ name: "metricName" in sample ? String(sample.metricName) : name, ...sample })),
  );
  const counted = samples.filter(({ name }) => !/_(?:bucket|sum)$/.test(name));
  return new Map(counted.map(({ name, labels, value }) => [`${name} ${JSON.stringify(labels)}`, value]));
}

/** All that comes of something: what it gives, what is logged, what is counted, and how many requests Koa saw. */
async function effectsOf<Result>(on: TestService, work: () => Promise<Result>) {
  // So that what came before, failures above all, has no part in it.
  on.clock.advance({ seconds: FAILURE_WINDOW_SECONDS + 1 });
  byKoa.mockClear();
  const [lines, before] = [on.logLines.length, await counts(on)];
  const result = await work();
  const increments = [...(await counts(on))].map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const);
  return {
    result,
    lines: on.logLines.slice(lines),
    counted: Object.fromEntries(increments.filter(([, more]) => more !== 0)),
    seenByKoa: byKoa.mock.calls.length,
  };
}

/** Asks one after the other by one of the ways, each on a connection of its own; `place` is another than the port. */
async function askAll(on: TestService, path: string, asked: readonly Asked[], socketFile?: string) {
  const effects = await effectsOf(on, async () => {
    const answers: RawAnswer[] = [];
    for (const each of asked) {
      const connection = await RawConnection.open(socketFile === undefined ? on.url : { path: socketFile });
      const answer = await connection.ask(textOf(path, each));
      if (answer.headers.includes("Connection: close")) expect(await connection.rest()).toBe("");
      answers.push(answer);
      connection.close();
    }
    return answers;
  });
  const ids = effects.result.map(({ headers }) => /(?<=^X-Request-Id: ).+/m.exec(headers.join("\n"))?.[0] ?? "");
  expect(new Set(ids).size).toBe(asked.length);
  const answers = effects.result.map(normalAnswer);
  // A line that has an id has that of its own request; requests come one after the other.
  let current = 0;
  const lines = effects.lines.map((line) => {
    const normal = normalLine(line, ids[current] ?? "");
    if (normal.includes('"msg":"request"')) current += 1;
    return normal;
  });
  expect(current).toBe(asked.length);
  return { answers, lines, counted: effects.counted, seenByKoa: effects.seenByKoa };
}

/** Asks both ways, finds no difference, and gives the statuses. */
async function bothWays(asked: readonly Asked[], { on = service, socketFile = "" } = {}): Promise<number[]> {
  const place = socketFile === "" ? [] : [socketFile];
  const lane = await askAll(on, LANE, asked, ...place);
  const koa = await askAll(on, BY_KOA, asked, ...place);
  expect([lane.seenByKoa, koa.seenByKoa]).toEqual([0, asked.length]);
  expect({ ...lane, seenByKoa: 0 }).toEqual({ ...koa, seenByKoa: 0 });
  return lane.answers.map(({ statusLine }) => Number(statusLine.split(" ")[1]));
}

const REQUESTS: Readonly<Record<string, readonly [status: number, ask: () => Asked]>> = {
  "anonymous, no scope": [200, () => ({ query: OURS })],
  "anonymous, public": [200, () => ({ query: `${OURS}&scope=repository:team/open:pull` })],
  "empty credentials": [200, () => ({ query: PULL, headers: [basic(":")] })],
  "an empty Authorization": [200, () => ({ query: PULL, headers: ["Authorization:"] })],
  "a bot": [200, () => ({ query: PULL, headers: [basic(`x:${secrets["bot"]}`)] })],
  "a bot, five scopes": [
    200,
    () => ({
      query: `${PULL}${"&scope=repository%3Ateam%2Fopen%3Apull&scope=registry:catalog:*".repeat(2)}`,
      headers: [basic(`x:${secrets["bot"]}`)],
    }),
  ],
  "a bot, the credentials twice": [200, () => ({ query: PULL, headers: [basic(`x:${secrets["bot"]}`), basic("x:y")] })],
  "a personal token": [200, () => ({ query: PULL, headers: [basic(`ann:${secrets["personal"]}`)] })],
  "a password": [200, () => ({ query: PULL, headers: [basic(`root:${ROOT_PASSWORD}`)] })],
  "a password, for a refresh token": [
    200,
    () => ({ query: `${OURS}&offline_token=true&client_id=a%00b`, headers: [basic(`root:${ROOT_PASSWORD}`)] }),
  ],
  "a wrong password": [401, () => ({ query: PULL, headers: [basic("root:hunter2")] })],
  "nobody's name": [401, () => ({ query: PULL, headers: [basic("nobody:hunter2")] })],
  "an expired token": [401, () => ({ query: PULL, headers: [basic(`x:${secrets["expired"]}`)] })],
  "a revoked token": [401, () => ({ query: PULL, headers: [basic(`x:${secrets["revoked"]}`)] })],
  "a mistyped token": [401, () => ({ query: PULL, headers: [basic(`x:${secrets["mistyped"]}`)] })],
  "an unknown token": [401, () => ({ query: PULL, headers: [basic(`x:${wrongToken()}`)] })],
  "another scheme": [401, () => ({ query: PULL, headers: ["Authorization: Bearer abc"] })],
  "no base64": [401, () => ({ query: PULL, headers: ["Authorization: Basic {}"] })],
  "no credentials after Basic": [401, () => ({ query: PULL, headers: ["Authorization: Basic"] })],
  "Basic and more": [401, () => ({ query: PULL, headers: ["Authorization: Basic eDp5 eDp5"] })],
  "credentials without a colon": [401, () => ({ query: PULL, headers: [basic("hunter2")] })],
  "credentials that are no UTF-8": [401, () => ({ query: PULL, headers: [basic(Buffer.from([0xff, 0x3a]))] })],
  "no query": [400, () => ({ query: "" })],
  "an empty query": [400, () => ({ query: "?" })],
  "another service": [400, () => ({ query: "?service=registry.example.com" })],
  "two services": [400, () => ({ query: `${OURS}&service=x` })],
  "the same service twice": [200, () => ({ query: `${OURS}&service=container_registry` })],
  "two clients": [400, () => ({ query: `${OURS}&client_id=a&client_id=b` })],
  "a bad scope": [400, () => ({ query: `${OURS}&scope=repository:Team:pull` })],
  "too many scopes": [400, () => ({ query: `${OURS}${"&scope=repository:team/app:pull".repeat(200)}` })],
  "too many parameters": [400, () => ({ query: `${OURS}${"&a=b".repeat(1001)}` })],
  "too long a query": [400, () => ({ query: `${OURS}&a=${"x".repeat(64 * 1024)}` })],
  "a bad escape": [400, () => ({ query: `${OURS}&scope=%zz` })],
  "an escape that is no UTF-8": [400, () => ({ query: `${OURS}&scope=%ff` })],
  "names without values": [200, () => ({ query: `${OURS}&&a&=&?b` })],
  "an announced body of nothing": [200, () => ({ query: PULL, headers: ["Content-Length: 0"] })],
  "Connection: close": [200, () => ({ query: PULL, headers: ["Connection: close"] })],
  "Connection: upgrade": [200, () => ({ query: PULL, headers: ["Connection: upgrade", "Upgrade: h2c"] })],
  "HTTP/1.0": [200, () => ({ query: PULL, version: "1.0" })],
  "HTTP/1.0, kept alive": [200, () => ({ query: PULL, version: "1.0", headers: ["Connection: keep-alive"] })],
  "HTTP/1.0, refused": [400, () => ({ query: "", version: "1.0" })],
  "a proxy that is not believed": [200, () => ({ query: PULL, headers: ["X-Forwarded-For: 203.0.113.7"] })],
};

describe("the fast lane, as Koa would,", () => {
  it.each(Object.entries(REQUESTS))("answers %s", async (_what, [status, ask]) => {
    expect(await bothWays([ask()])).toEqual([status]);
  });

  it("answers by the operator's socket", async () => {
    const { socketFile } = service.container.config;
    await withShortPath(socketFile, async (path) => {
      const asked = { query: PULL, headers: [basic(`x:${secrets["bot"]}`), "X-Forwarded-For: 203.0.113.7"] };
      expect(await bothWays([asked], { socketFile: path })).toEqual([200]);
    });
  });

  it("locks out", async () => {
    const wrong = Array.from({ length: MAXIMUM_FAILURES }, () => ({
      query: PULL,
      headers: [basic(`x:${wrongToken()}`)],
    }));
    const right = { query: PULL, headers: [basic(`root:${ROOT_PASSWORD}`)] };
    const statuses = await bothWays([...wrong, right, right]);
    expect(statuses).toEqual([...wrong.map(() => 401), 429, 429]);
  });

  it.each([
    ["a proxy names one client", "X-Forwarded-For: 203.0.113.7"],
    ["proxies name several", "X-Forwarded-For: 203.0.113.7, 198.51.100.1, 127.0.0.1"],
    ["the header comes twice", "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-For: [2001:db8::1]:443"],
    ["the proxy's header is unreadable", "X-Forwarded-For: unknown"],
    ["the proxy sends another header", "Forwarded: for=203.0.113.7"],
    ["the proxy sends an empty header", "X-Forwarded-For:"],
    ["no proxy stands between", "X-Real-IP: 203.0.113.7"],
  ])("knows the client where %s", async (_what, header) => {
    expect(await bothWays([{ query: OURS, headers: [header] }], { on: proxied })).toEqual([200]);
  });

  it("warns of a proxy that is not believed once in all", async () => {
    for (const paths of [
      [LANE, LANE, BY_KOA],
      [BY_KOA, LANE, LANE],
    ]) {
      const other = await startTestService();
      for (const path of paths) await askAll(other, path, [{ query: OURS, headers: ["X-Real-IP: 203.0.113.7"] }]);
      expect(other.logLines.filter((line) => line.includes("KEYSIDE_TRUSTED_PROXIES"))).toHaveLength(1);
      await other.stop();
    }
  });

  it("is 503 without its database, and 500 for what nobody foresaw", async () => {
    const confirm = vi.spyOn(service.container.authorizationEpoch, "confirm");
    onTestFinished(() => confirm.mockRestore());
    confirm.mockRejectedValue(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }));
    expect(await bothWays([{ query: PULL }])).toEqual([503]);
    confirm.mockRejectedValue(new TypeError("unforeseen"));
    expect(await bothWays([{ query: PULL }])).toEqual([500]);
    confirm.mockRejectedValue("no error at all");
    expect(await bothWays([{ query: PULL }])).toEqual([500]);
  });

  it("serves further requests on the same connection, one after the other and at once", async () => {
    const requests: Asked[] = [{ query: PULL }, { query: "" }, { query: PULL, headers: ["Connection: close"] }];
    const ways = [LANE, BY_KOA].map(async (path) => {
      const connection = await RawConnection.open(service.url);
      const [first, ...others] = requests.map((each) => textOf(path, each));
      const answers = [await connection.ask(first ?? "")];
      connection.send(others.join(""));
      for (const _ of others) answers.push(await connection.next());
      expect(await connection.rest()).toBe("");
      return answers.map(normalAnswer);
    });
    const [lane, koa] = await Promise.all(ways);
    expect(lane?.map(({ statusLine }) => statusLine.slice(9, 12))).toEqual(["200", "400", "200"]);
    expect(lane).toEqual(koa);
  });

  it.each([
    ["hangs up", false],
    ["is cut off", true],
  ])("leaves a client that %s", async (what, abruptly) => {
    const checks = new HeldChecks({ atOnce: 1, waitingPerLine: 3, waiting: 12 });
    const running = await serve({ ...service.container, passwordChecks: checks, close: () => Promise.resolve() }, []);
    const open = () => RawConnection.open({ host: "127.0.0.1", port: running.address.port });
    const asked = { query: PULL, headers: [basic(`root:the guess of who ${what}`)] };
    const [checked, effects] = [await open(), []] as [RawConnection, unknown[]];
    checked.send(textOf(LANE, asked));
    await checks.until(() => checks.present === 1);
    for (const path of [LANE, BY_KOA]) {
      const { lines, counted, seenByKoa } = await effectsOf(service, async () => {
        const [connection, before] = [await open(), service.logLines.length];
        connection.send(textOf(path, asked));
        await checks.until(() => checks.present === 2);
        connection.close({ abruptly });
        await expect.poll(() => service.logLines.slice(before).join()).toContain('"status":499');
      });
      expect(seenByKoa).toBe(path === LANE ? 0 : 1);
      expect(lines).toHaveLength(abruptly ? 2 : 1);
      effects.push({ counted, lines: lines.map((line) => normalLine(line, "").replace(/"requestId":"\w+"/, "")) });
    }
    expect(effects[0]).toEqual(effects[1]);
    await checks.endAll();
    expect((await checked.next()).statusLine).toBe("HTTP/1.1 401 Unauthorized");
    checked.close();
    await running.stop();
  });

  it("answers whatever is asked", async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "service=container_registry",
        "scope=repository:team/app:pull",
        "offline_token=true",
        "client_id=x",
      ),
      fc.constantFrom(
        "scope=",
        "service",
        "=",
        "%",
        "%e4",
        "%C3%A4",
        "+",
        "a=b=c",
        "?",
        "/",
        "scope=%00",
        "\u00e4",
        "#",
      ),
      fc.string({ unit: fc.constantFrom(..."abz09:/.*,-_~!$'()@[]^`{|}<>\"\\") }),
    );
    const header = fc.oneof(
      fc.constantFrom("X-Forwarded-For: 203.0.113.7", "X-Real-IP: x", "Connection: close", "Accept: */*"),
      fc.constantFrom("Content-Length: 0", "Expect: nothing", "Authorization: Basic", "Authorization: x y z"),
      fc.string({ unit: "binary", maxLength: 9 }).map((text) => basic(text)),
      fc.constantFrom("bot", "personal", "revoked", "expired").map((name) => ({ name })),
    );
    const request = fc.record({
      pieces: fc.array(piece, { maxLength: 6 }),
      headers: fc.array(header, { maxLength: 3 }),
      version: fc.constantFrom("1.0" as const, "1.1" as const),
    });
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(request, async ({ pieces, headers, version }) => {
        const lines = headers.map((each) => (typeof each === "string" ? each : basic(`x:${secrets[each.name]}`)));
        const asked = { query: `?${pieces.join("&")}`, headers: lines, version };
        const ways = [];
        for (const path of [LANE, BY_KOA]) {
          const { result, ...effects } = await effectsOf(service, async () => {
            const connection = await RawConnection.open(service.url);
            const answer = await connection.ask(textOf(path, asked));
            connection.close();
            return answer;
          });
          if (path === LANE) taken += effects.lines.length > 0 && effects.seenByKoa === 0 ? 1 : 0;
          const logged = effects.lines.map((line) => normalLine(line, "").replace(/"requestId":"\w+"/, ""));
          ways.push({ ...normalAnswer(result), logged, counted: effects.counted });
        }
        expect(ways[0]).toEqual(ways[1]);
      }),
      { numRuns: RUNS, seed: FUZZ_SEED, endOnFailure: true },
    );
    // Not by never taking a request.
    expect(taken).toBeGreaterThan(RUNS / 2);
  });
});

describe("what is unusual", () => {
  const get = (target: string, ...headers: string[]) => [`GET ${target} HTTP/1.1`, "Host: x", ...headers, "", ""];
  const other = (method: string, ...more: string[]) => [`${method} ${LANE}${PULL} HTTP/1.1`, "Host: x", ...more];
  it.each([
    ["HEAD", 200, other("HEAD", "", "")],
    ["OPTIONS", 204, other("OPTIONS", "", "")],
    ["PUT", 405, other("PUT", "", "")],
    ["an empty POST", 400, other("POST", "Content-Length: 0", "", "")],
    ["GET with a body", 200, other("GET", "Content-Length: 3", "", "abc")],
    ["GET with a body in chunks", 200, other("GET", "Transfer-Encoding: chunked", "", "3", "abc", "0", "", "")],
    ["a target with a host", 200, get(`http://x${LANE}${PULL}`)],
    ["a slash at the end", 200, get(`${BY_KOA}${PULL}`)],
    ["capitals", 200, get(`/JWT/auth${PULL}`)],
    ["two slashes", 404, get(`/${LANE}${PULL}`)],
    ["an escape in the path", 404, get(`/jwt/%61uth${PULL}`)],
    ["more of the path", 404, get(`${LANE}/more${PULL}`)],
    ["a longer name", 404, get(`${LANE}s${PULL}`)],
    ["a fragment", 200, get(`${LANE}${OURS}#scope=x`)],
  ])("is left to Koa: %s", async (_what, status, lines) => {
    const connection = await RawConnection.open(service.url);
    const { statusLine } = await connection.ask(lines.join("\r\n"));
    expect(Number(statusLine.split(" ")[1])).toBe(status);
    expect(byKoa).toHaveBeenCalledTimes(1);
    connection.close();
  });

  it("is left to Koa: a client that waits for a word before its body", async () => {
    const connection = await RawConnection.open(service.url);
    const first = await connection.ask(textOf(LANE, { query: PULL, headers: ["Expect: 100-continue"] }));
    expect(first.statusLine).toBe("HTTP/1.1 100 Continue");
    expect((await connection.next()).statusLine).toBe("HTTP/1.1 200 OK");
    expect(byKoa).toHaveBeenCalledTimes(1);
    connection.close();
  });
});

describe("a fault outside of all that answers errors", () => {
  it.each([LANE, BY_KOA])("is answered with 500, and the service goes on: %s", async (path) => {
    const uuid = vi.spyOn(service.container.ids, "uuid").mockImplementationOnce(() => {
      throw new Error("no randomness");
    });
    onTestFinished(() => uuid.mockRestore());
    const { result, lines } = await effectsOf(service, async () => {
      const connection = await RawConnection.open(service.url);
      const answer = await connection.ask(textOf(path, { query: PULL }));
      connection.close();
      return answer;
    });
    expect(result.statusLine).toBe("HTTP/1.1 500 Internal Server Error");
    expect(result.body).not.toContain("randomness");
    expect(lines.join()).toContain("no randomness");
    expect((await askAll(service, path, [{ query: PULL }])).answers[0]?.statusLine).toBe("HTTP/1.1 200 OK");
  });
});
