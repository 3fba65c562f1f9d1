import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FAILURE_WINDOW_SECONDS, MAXIMUM_FAILURES } from "../../../src/authentication/lockout.ts";
import { ROOT_PASSWORD, startTestService, type TestService } from "../../support/service.ts";
import { requestToken } from "../../support/token-request.ts";
import { wrongToken } from "../../support/wrong-token.ts";

const ATTACKER = "203.0.113.7";
const VICTIM = "198.51.100.9";

/** Whoever asks for the metrics comes from this machine, as does a proxy on it. */
const metricsStatus = async (on: TestService, headers: Record<string, string> = {}) =>
  (await fetch(`${on.url}/-/metrics`, { headers })).status;

const warnings = (on: TestService) => on.logLines.filter((line) => line.includes("KEYSIDE_TRUSTED_PROXIES"));

describe("behind a proxy that is not named in KEYSIDE_TRUSTED_PROXIES, an attacker", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.stop());

  it("reads the metrics as the proxy, which runs on this machine", async () => {
    expect(await metricsStatus(service)).toBe(200);
    expect(await metricsStatus(service, { "x-forwarded-for": ATTACKER })).toBe(404);
    expect(await metricsStatus(service, { forwarded: `for=${ATTACKER};proto=https` })).toBe(404);
    expect(await metricsStatus(service, { "x-real-ip": ATTACKER })).toBe(404);
  });

  it("claims to be this machine, which may read the metrics", async () => {
    expect(await metricsStatus(service, { "x-forwarded-for": "127.0.0.1" })).toBe(404);
    expect(await metricsStatus(service, { forwarded: "for=127.0.0.1" })).toBe(404);
  });

  it("goes unnoticed, or fills the log: it warns once, by the variable's name, however many requests come", async () => {
    const other = await startTestService();
    await requestToken(other);
    expect(warnings(other)).toEqual([]);
    for (let index = 0; index < 5; index += 1) {
      await fetch(`${other.url}/jwt/auth`, { headers: { "x-forwarded-for": `203.0.113.${index}` } });
      await fetch(`${other.url}/api/v4/version`, { headers: { forwarded: `for=203.0.113.${index}` } });
    }
    const [warning = "{}", ...more] = warnings(other);
    expect(more).toEqual([]);
    expect(JSON.parse(warning)).toMatchObject({ level: 40, ip: "127.0.0.1" });
    await other.stop();
  });
});

describe("behind a proxy that is named in KEYSIDE_TRUSTED_PROXIES, an attacker", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({ environment: { KEYSIDE_TRUSTED_PROXIES: "127.0.0.1" } });
  });
  afterAll(() => service.stop());
  afterEach(() => service.clock.advance({ seconds: FAILURE_WINDOW_SECONDS }));

  /** Signs in as a client whose proxy sends this header. */
  const signIn = async (forwardedFor: string, username: string, password: string) => {
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    const headers = { authorization, "x-forwarded-for": forwardedFor };
    return (await fetch(`${service.url}/jwt/auth?service=container_registry`, { headers })).status;
  };

  it("makes no warning", async () => {
    await signIn(ATTACKER, "", "");
    expect(warnings(service)).toEqual([]);
  });

  it("reads the metrics where the proxy does not tell whom it speaks for", async () => {
    expect(await metricsStatus(service, { "x-forwarded-for": "unknown" })).toBe(404);
    expect(await metricsStatus(service, { "x-forwarded-for": "unknown, 127.0.0.1" })).toBe(404);
    expect(await metricsStatus(service, { forwarded: `for=${ATTACKER}` })).toBe(404);
    expect(await metricsStatus(service, { "x-forwarded-for": "127.0.0.1" })).toBe(200);
  });

  it("claims the victim's address, to lock the victim out", async () => {
    for (let index = 0; index < MAXIMUM_FAILURES; index += 1) {
      expect(await signIn(`${VICTIM}, ${ATTACKER}`, "x", wrongToken())).toBe(401);
    }
    expect(await signIn(`${VICTIM}, ${ATTACKER}`, "root", ROOT_PASSWORD)).toBe(429);
    expect(await signIn(VICTIM, "root", ROOT_PASSWORD)).toBe(200);
  });

  it("comes as IPv4 in another spelling each time, to be counted anew or with everybody else", async () => {
    const spellings = ["203.0.113.9", "::ffff:203.0.113.9", "::ffff:cb00:7109", "[0:0:0:0:0:FFFF:cb00:7109]:443"];
    for (let index = 0; index < MAXIMUM_FAILURES; index += 1) {
      await signIn(spellings[index % spellings.length] ?? "", "x", wrongToken());
    }
    for (const spelling of spellings) expect(await signIn(spelling, "root", ROOT_PASSWORD)).toBe(429);
    expect(await signIn("::ffff:cb00:710a", "root", ROOT_PASSWORD)).toBe(200);
  });
});
