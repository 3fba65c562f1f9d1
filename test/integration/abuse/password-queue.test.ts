import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunningService } from "../../../src/server/start-service.ts";
import { serve } from "../../../src/server/start-service.ts";
import { HeldChecks } from "../../support/held-checks.ts";
import { ROOT_PASSWORD, startTestService, type TestService } from "../../support/service.ts";
import { wrongToken } from "../../support/wrong-token.ts";

const VICTIM = "198.51.100.9";

/** Small, so that a test fills it; the service's own differ in nothing else. */
const LIMITS = { atOnce: 1, waitingPerLine: 3, waiting: 12 };

let service: TestService;
let running: RunningService;
let checks: HeldChecks;
beforeEach(async () => {
  service = await startTestService({ environment: { KEYSIDE_TRUSTED_PROXIES: "127.0.0.1" } });
  checks = new HeldChecks(LIMITS);
  running = await serve({ ...service.container, passwordChecks: checks, close: () => Promise.resolve() });
});
afterEach(async () => {
  await checks.endAll();
  await running.stop();
  await service.stop();
});

/** Signs in from an address and gives the status, or 0 where the client itself hung up. */
async function signIn(address: string, username: string, password: string, signal: AbortSignal | null = null) {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const url = `http://127.0.0.1:${running.address.port}/jwt/auth?service=container_registry`;
  const headers = { authorization, "x-forwarded-for": address };
  return await fetch(url, { headers, signal }).then(
    ({ status }) => status,
    () => 0,
  );
}

/** Lets addresses ask one after the other, each with a wrong password of its own; gives what they will be answered. */
async function fill(addresses: readonly string[], signal: AbortSignal | null = null): Promise<Promise<number>[]> {
  const answers: Promise<number>[] = [];
  for (const [index, address] of addresses.entries()) {
    answers.push(signIn(address, "root", `guess ${index}`, signal));
    await checks.until(() => checks.arrived.length === answers.length);
  }
  return answers;
}

/** Lets the victim in, and counts the checks that are started until its own is. */
async function turnsOfVictim(): Promise<number> {
  const answer = signIn(VICTIM, "root", ROOT_PASSWORD);
  await checks.until(() => checks.arrived.includes(VICTIM));
  while (!checks.started.includes(VICTIM) && checks.present > 0) await checks.endOne();
  expect(checks.started).toContain(VICTIM);
  const turns = checks.started.indexOf(VICTIM);
  await checks.endOne();
  expect(await answer).toBe(200);
  return turns;
}

const times = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe("an attacker", () => {
  it("fills the queue from many addresses, to keep a quiet victim out", async () => {
    // One is being checked; then four addresses have three waiting each, and the queue is full.
    const answers = await fill(["203.0.113.0", ...times(12, (index) => `203.0.113.${index % 4}`)]);
    expect(await signIn("203.0.113.0", "root", "one more")).toBe(429);
    // After what is being checked, each line before the victim's has one turn.
    expect(await turnsOfVictim()).toBeLessThanOrEqual(5);
    await checks.endAll();
    // Somebody made room, and was told that it is no fault of their password's.
    expect((await Promise.all(answers)).filter((status) => status === 503).length).toBeGreaterThan(0);
  });

  it("fills the queue from as many /64 as it likes of its own /48", async () => {
    await fill(times(13, (index) => `2001:db8:1:${index}::1`));
    expect(await turnsOfVictim()).toBeLessThanOrEqual(2);
  });

  it("fills the queue from addresses that all have failed before, one check each", async () => {
    const addresses = times(13, (index) => `203.0.113.${index}`);
    for (const address of addresses) expect(await signIn(address, "x", wrongToken())).toBe(401);
    await fill(addresses);
    expect(await turnsOfVictim()).toBeLessThanOrEqual(2);
  });

  it("asks and hangs up, so that its checks run for nobody", async () => {
    const client = new AbortController();
    const [checked] = await fill(["203.0.113.1"]);
    const answers = times(3, (index) => signIn("203.0.113.1", "root", `hasty guess ${index}`, client.signal));
    await checks.until(() => checks.present === 4);
    client.abort();
    expect(await Promise.all(answers)).toEqual([0, 0, 0]);
    await checks.until(() => checks.present === 1);
    expect(await turnsOfVictim()).toBe(1);
    expect(await checked).toBe(401);
    // No more was started, and what was not checked counts as no failure.
    expect(checks.started).toEqual(["203.0.113.1", VICTIM]);
    const rows = await service.container.database.em().execute("select * from authentication_failures");
    expect(rows).toHaveLength(1);
    const requests = service.logLines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "request");
    expect(requests.map(({ status }) => status).toSorted()).toEqual([200, 401, 499, 499, 499]);
    expect(service.logLines.filter((line) => line.includes("request failed"))).toEqual([]);
  });
});
