import { createHook } from "node:async_hooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { FAILURE_WINDOW_SECONDS } from "../../../src/authentication/lockout.ts";
import { ROOT_PASSWORD, startTestService, type TestService } from "../../support/service.ts";
import { createUserWithPassword } from "../../support/world.ts";

/** How many passwords were compared with a digest, or made into one, which is what costs. */
let derived = 0;
const derivations = createHook({
  init: (_id, type) => {
    if (type === "SCRYPTREQUEST") derived += 1;
  },
});

const ATTACKER = "203.0.113.7";
const VICTIM = "198.51.100.9";

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ environment: { KEYSIDE_TRUSTED_PROXIES: "127.0.0.1" } });
  derivations.enable();
});
afterAll(async () => {
  derivations.disable();
  await service.stop();
});
beforeEach(() => {
  derived = 0;
});
afterEach(() => {
  vi.restoreAllMocks();
  service.clock.advance({ seconds: FAILURE_WINDOW_SECONDS });
});

async function signIn(address: string, username: string, password: string): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const headers = { authorization, "x-forwarded-for": address };
  const response = await fetch(`${service.url}/jwt/auth?service=container_registry`, { headers });
  await response.arrayBuffer();
  return response.status;
}

describe("an attacker who sends one wrong password at full speed from many connections", () => {
  it("keeps no check busy: it is compared once for each place that was free, and never again", async () => {
    const statuses: number[] = [];
    const connection = async () => {
      for (let index = 0; index < 10; index += 1) statuses.push(await signIn(ATTACKER, "root", "the same again"));
    };
    await Promise.all(Array.from({ length: 30 }, connection));
    expect(derived).toBeGreaterThan(0);
    expect(derived).toBeLessThanOrEqual(2);
    expect(statuses).toHaveLength(300);
    expect(statuses.filter((status) => status !== 401 && status !== 429)).toEqual([]);
    expect(await signIn(VICTIM, "root", ROOT_PASSWORD)).toBe(200);
    // It was one guess: the attacker, who may be a client with an old password, is not locked.
    expect(await signIn(ATTACKER, "root", ROOT_PASSWORD)).toBe(200);
  });

  it("makes the database write no more than once", async () => {
    await signIn(ATTACKER, "root", "the same again");
    const query = vi.spyOn(service.container.database, "query");
    for (let index = 0; index < 5; index += 1) expect(await signIn(ATTACKER, "root", "the same again")).toBe(401);
    expect(query.mock.calls.map(([{ name }]) => name)).toEqual(Array.from({ length: 5 }, () => "find_human"));
  });

  it("learns nothing of what others tried: from another network, it is compared anew", async () => {
    await signIn(VICTIM, "root", "nearly right");
    await signIn(ATTACKER, "root", "nearly right");
    expect(derived).toBe(2);
  });

  it("learns nothing of who exists or is blocked: everything wrong is compared once", async () => {
    const blocked = await createUserWithPassword(service, "blocked");
    await service.root.post(`/users/${blocked.id}/block`);
    for (const [username, password] of [
      ["root", "wrong password"],
      ["nobody", "wrong password"],
      ["blocked", "wrong password"],
      ["blocked", blocked.password],
    ] as const) {
      derived = 0;
      for (let index = 0; index < 3; index += 1) expect(await signIn(ATTACKER, username, password)).toBe(401);
      expect(derived).toBe(1);
    }
  });
});

describe("a password that was wrong a moment ago", () => {
  it("is right as soon as it is", async () => {
    const ann = await createUserWithPassword(service, "ann");
    expect(await signIn(VICTIM, "ann", "the next password")).toBe(401);
    expect((await service.root.put(`/users/${ann.id}`, { password: "the next password" })).status).toBe(200);
    expect(await signIn(VICTIM, "ann", "the next password")).toBe(200);
    expect(await signIn(VICTIM, "ann", ann.password)).toBe(401);
  });

  it("is right when its account is made, or unblocked", async () => {
    expect(await signIn(VICTIM, "bob", "password of bob")).toBe(401);
    const bob = await createUserWithPassword(service, "bob");
    expect(await signIn(VICTIM, "bob", bob.password)).toBe(200);
    await service.root.post(`/users/${bob.id}/block`);
    expect(await signIn(VICTIM, "bob", bob.password)).toBe(401);
    await service.root.post(`/users/${bob.id}/unblock`);
    expect(await signIn(VICTIM, "bob", bob.password)).toBe(200);
  });

  it("is compared again when the failure no longer counts", async () => {
    await signIn(VICTIM, "root", "wrong password");
    service.clock.advance({ seconds: FAILURE_WINDOW_SECONDS });
    await signIn(VICTIM, "root", "wrong password");
    expect(derived).toBe(2);
  });
});
