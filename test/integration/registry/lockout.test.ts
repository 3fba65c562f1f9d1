import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FAILURE_WINDOW_SECONDS, Lockout, MAXIMUM_FAILURES } from "../../../src/authentication/lockout.ts";
import { openLockoutKey } from "../../../src/authentication/lockout-key.ts";
import { createContainer } from "../../../src/server/container.ts";
import { serve } from "../../../src/server/start-service.ts";
import { ROOT_PASSWORD, startTestService, type TestService } from "../../support/service.ts";
import { readTokenAnswer } from "../../support/token-request.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  enableProjectAccessTokens,
} from "../../support/world.ts";
import { wrongToken } from "../../support/wrong-token.ts";

let service: TestService;
let project: number;
let token: { id: number; secret: string };
beforeAll(async () => {
  service = await startTestService({ environment: { KEYSIDE_TRUSTED_PROXIES: "127.0.0.0/8" } });
  await enableProjectAccessTokens(service);
  project = await createProject(service, await createGroup(service, "team"), "app");
  token = await createProjectAccessToken(service, project, { scopes: ["read_registry"] });
});
afterAll(() => service.stop());
/** So that one test's failures are forgotten in the next. */
afterEach(async () => {
  service.clock.advance({ seconds: FAILURE_WINDOW_SECONDS });
  await service.container.lockout.forgetOldFailures();
});

const ATTACKER = "203.0.113.7";
const VICTIM = "198.51.100.9";

/** Signs in from an address: by GET with Basic or by POST, as containerd does first. */
async function signIn(address: string, username: string, password: string, method = "GET", url = service.url) {
  const headers: Record<string, string> = { "x-forwarded-for": address };
  const target = new URL("/jwt/auth", url);
  if (method === "GET") {
    target.search = "service=container_registry";
    headers["authorization"] = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    return await readTokenAnswer(service, await fetch(target, { headers }));
  }
  const body = new URLSearchParams({ grant_type: "password", service: "container_registry", username, password });
  return await readTokenAnswer(service, await fetch(target, { method, headers, body }));
}

/** As many different wrong tokens as lock an address; answers their statuses. */
async function guess(address: string, count = MAXIMUM_FAILURES): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < count; index += 1) statuses.push((await signIn(address, "x", wrongToken())).status);
  return statuses;
}

const failures = async () =>
  await service.container.database
    .em()
    .execute<{ network: string; secret_digest: string }[]>(
      "select network, secret_digest from authentication_failures",
    );

describe("an address from which too many different wrong credentials came", () => {
  it("is answered 429 with Retry-After, in a body that every client reads", async () => {
    expect(new Set(await guess(ATTACKER))).toEqual(new Set([401]));
    service.clock.advance({ seconds: 100 });
    const { status, headers, body } = await signIn(ATTACKER, "root", "one more guess");
    expect({ status, body }).toEqual({
      status: 429,
      body: {
        errors: [{ code: "TOOMANYREQUESTS", message: expect.stringMatching(/wait some minutes.*access token/) }],
        error: "temporarily_unavailable",
        error_description: expect.stringMatching(/wait some minutes/),
      },
    });
    expect(headers.get("retry-after")).toBe(String(FAILURE_WINDOW_SECONDS - 100));
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it("is refused with the right password too, by GET and by POST: else guessing on would pay", async () => {
    await guess(ATTACKER);
    expect((await signIn(ATTACKER, "root", ROOT_PASSWORD)).status).toBe(429);
    expect((await signIn(ATTACKER, "root", ROOT_PASSWORD, "POST")).status).toBe(429);
  });

  it("may still use a good access token, which nobody guesses, and ask as anonymous", async () => {
    await guess(ATTACKER);
    expect((await signIn(ATTACKER, "x", token.secret)).status).toBe(200);
    expect((await signIn(ATTACKER, "", "")).status).toBe(200);
  });

  it("does not lock out the one whose password was guessed at, who comes from elsewhere", async () => {
    await guess(ATTACKER);
    expect((await signIn(VICTIM, "root", ROOT_PASSWORD)).status).toBe(200);
  });

  it("is let in again when Retry-After has passed", async () => {
    await guess(ATTACKER);
    service.clock.advance({ seconds: FAILURE_WINDOW_SECONDS - 1 });
    expect((await signIn(ATTACKER, "root", ROOT_PASSWORD)).status).toBe(429);
    service.clock.advance({ seconds: 1 });
    expect((await signIn(ATTACKER, "root", ROOT_PASSWORD)).status).toBe(200);
  });

  it("does not lengthen its lock by trying on, nor fill the database", async () => {
    await guess(ATTACKER);
    await guess(ATTACKER, 30);
    await guess(ATTACKER, 30);
    expect((await failures()).filter(({ network }) => network === ATTACKER)).toHaveLength(MAXIMUM_FAILURES);
    service.clock.advance({ seconds: FAILURE_WINDOW_SECONDS });
    expect((await signIn(ATTACKER, "root", ROOT_PASSWORD)).status).toBe(200);
  });

  it("is all of a /64 where it is IPv6, and not its neighbour", async () => {
    await guess("2001:db8:1:2::1", MAXIMUM_FAILURES - 1);
    await guess("2001:db8:1:2:ffff::2", 1);
    expect((await signIn("2001:db8:1:2::3", "root", ROOT_PASSWORD)).status).toBe(429);
    expect((await signIn("2001:db8:1:3::3", "root", ROOT_PASSWORD)).status).toBe(200);
  });

  it("counts unknown tokens and passwords alike", async () => {
    await guess(ATTACKER, MAXIMUM_FAILURES - 2);
    expect((await signIn(ATTACKER, "root", "wrong password")).status).toBe(401);
    expect((await signIn(ATTACKER, "nobody", "wrong password")).status).toBe(401);
    expect((await signIn(ATTACKER, "x", wrongToken())).status).toBe(429);
    expect((await signIn(ATTACKER, "root", ROOT_PASSWORD)).status).toBe(429);
  });

  it("does not get further by asking all at once", async () => {
    await guess(ATTACKER, MAXIMUM_FAILURES - 2);
    const guesses = Array.from({ length: 12 }, (_, index) => signIn(ATTACKER, "root", `at once ${index}`));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    // Besides the two that were left, only what was being counted at the same moment.
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(4);
    expect((await signIn(ATTACKER, "root", ROOT_PASSWORD)).status).toBe(429);
  });
});

describe("what is no guess", () => {
  it("is the same wrong password again, by POST and then GET, in parallel and for hours", async () => {
    const tries = Array.from({ length: 4 }, (_, index) =>
      signIn(VICTIM, "root", "old password", index % 2 === 0 ? "POST" : "GET"),
    );
    for (const { status } of await Promise.all(tries)) expect(status).toBe(401);
    expect((await failures()).filter(({ network }) => network === VICTIM)).toHaveLength(1);
    const unknown = wrongToken();
    for (let round = 0; round < 2 * MAXIMUM_FAILURES; round += 1) await signIn(VICTIM, "x", unknown, "POST");
    expect((await signIn(VICTIM, "root", ROOT_PASSWORD)).status).toBe(200);
  });

  it("is a token that was good once: its bearer knows it", async () => {
    for (let index = 0; index < MAXIMUM_FAILURES + 1; index += 1) {
      const { id, secret } = await createProjectAccessToken(service, project, { scopes: ["read_registry"] });
      await service.root.delete(`/projects/${project}/access_tokens/${id}`);
      expect((await signIn(VICTIM, "x", secret)).status).toBe(401);
    }
    expect((await signIn(VICTIM, "root", ROOT_PASSWORD)).status).toBe(200);
  });

  it("is a mistyped token", async () => {
    for (let index = 0; index < MAXIMUM_FAILURES + 1; index += 1) {
      expect((await signIn(VICTIM, "x", `${token.secret}${index}`)).status).toBe(401);
    }
    expect((await signIn(VICTIM, "root", ROOT_PASSWORD)).status).toBe(200);
  });

  it("is one password at several accounts not: each is another guess", async () => {
    await guess(ATTACKER, MAXIMUM_FAILURES - 2);
    for (const username of ["ann", "bob"]) await signIn(ATTACKER, username, "summer2026");
    expect((await signIn(ATTACKER, "root", ROOT_PASSWORD)).status).toBe(429);
  });
});

describe("what is stored of failures", () => {
  it("is no secret, and nothing that a dump of the database could be searched by", async () => {
    await signIn(VICTIM, "root", "nearly right");
    const [row, ...others] = (await failures()).filter(({ network }) => network === VICTIM).slice(-1);
    expect(others).toEqual([]);
    expect(row?.secret_digest).toMatch(/^[0-9a-f]{64}$/);
    const stored = JSON.stringify(await failures());
    expect(stored).not.toContain("nearly right");
  });

  it("goes when it no longer counts", async () => {
    await signIn(VICTIM, "root", "wrong password");
    service.clock.advance({ seconds: FAILURE_WINDOW_SECONDS });
    await service.container.lockout.forgetOldFailures();
    expect(await failures()).toEqual([]);
  });
});

describe("X-Forwarded-For", () => {
  it("is ignored where no proxy is trusted, in lockouts and in the log", async () => {
    const { container } = service;
    const alone = await createContainer({
      ...container,
      config: { ...container.config, network: { ...container.config.network, trustedProxies: [] } },
      databaseLocation: { memory: {} },
    });
    await alone.database.prepare(async () => undefined);
    const running = await serve(alone);
    const url = `http://127.0.0.1:${running.address.port}`;
    for (let index = 0; index < MAXIMUM_FAILURES; index += 1) {
      await signIn(`203.0.113.${index}`, "x", wrongToken(), "GET", url);
    }
    expect((await signIn("203.0.113.200", "root", "another", "GET", url)).status).toBe(429);
    expect(service.logLines.at(-1)).toContain('"ip":"127.0.0.1"');
    await running.stop();
  });

  it("is read from its right end: what the client wrote there itself counts for nothing", async () => {
    for (let index = 0; index < MAXIMUM_FAILURES; index += 1) {
      await signIn(`198.51.100.${index}, ${ATTACKER}`, "x", wrongToken());
    }
    expect((await signIn(`198.51.100.77, ${ATTACKER}`, "root", "another")).status).toBe(429);
    expect(service.logLines.at(-1)).toContain(`"ip":"${ATTACKER}"`);
  });
});

describe("two replicas", () => {
  it("count one wrong password once, whatever becomes of the signing key", async () => {
    const { container } = service;
    const own = () => failures().then((rows) => rows.filter(({ network }) => network === VICTIM));
    await signIn(VICTIM, "root", "old password");
    const [first] = await own();
    await container.signingKeys.rotate();
    const key = openLockoutKey(container.config.certsDir, (reason) => {
      throw reason;
    });
    const lockout = new Lockout({ database: container.database, clock: container.clock, key });
    const running = await serve({ ...container, lockout, close: () => Promise.resolve() });
    await signIn(VICTIM, "root", "old password", "GET", `http://127.0.0.1:${running.address.port}`);
    await signIn(VICTIM, "root", "old password");
    expect(await own()).toEqual([first]);
    await running.stop();
  });

  it("share what failed through the database", async () => {
    const { container } = service;
    const log = container.log;
    const twin = { ...container, log, close: () => Promise.resolve() };
    const running = await serve(twin);
    const url = `http://127.0.0.1:${running.address.port}`;
    for (let index = 0; index < MAXIMUM_FAILURES; index += 1) {
      await signIn(ATTACKER, "x", wrongToken(), "GET", index % 2 === 0 ? url : service.url);
    }
    for (const replica of [url, service.url]) {
      expect((await signIn(ATTACKER, "root", ROOT_PASSWORD, "GET", replica)).status).toBe(429);
    }
    await running.stop();
  });
});
