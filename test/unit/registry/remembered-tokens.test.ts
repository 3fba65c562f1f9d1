import { generateKeySync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { makeSecret } from "../../../src/access-tokens/secret.ts";
import { IpAllowList } from "../../../src/http/ip-allow-list.ts";
import { systemIds } from "../../../src/ids.ts";
import type { IssuedRegistryToken } from "../../../src/registry/registry-token.ts";
import { type AccessTokenPart, RememberedTokens } from "../../../src/registry/remembered-tokens.ts";
import type { SigningKey } from "../../../src/signing/signing-keys.ts";
import { FakeClock } from "../../support/clock.ts";

const KEY = { keyId: "one" } as SigningKey;
const SECRET = makeSecret("kspat-", systemIds);
const SCOPES = ["repository:team/app:pull"];

const ACCESS_TOKEN: AccessTokenPart = {
  tokenId: 7,
  expiresAt: null,
  retiresAt: null,
  ipAllowList: undefined,
  scopesUsed: ["read_registry"],
};

interface Given {
  readonly reuseSeconds?: number;
  readonly lifetimeSeconds?: number;
  readonly accessToken?: { readonly expiresAt?: string; readonly retiresAt?: Date; readonly ipAllowList?: IpAllowList };
  readonly at?: Date;
}

function memory({ reuseSeconds = 10, at = new Date("2026-11-02T12:00:00.400Z") }: Given = {}) {
  const clock = new FakeClock(at);
  const tokens = new RememberedTokens({ clock, reuseSeconds, key: generateKeySync("hmac", { length: 256 }) });
  const issue = (lifetimeSeconds = 300, token = "a.b.c"): IssuedRegistryToken => ({
    token,
    jti: "1",
    to: undefined,
    access: [],
    lifetimeSeconds,
    issuedAt: clock.now(),
    refreshToken: undefined,
  });
  return { clock, tokens, issue };
}

/** A memory with one token in it, and what of it may be given again now. */
function remembered(given: Given = {}) {
  const { clock, tokens, issue } = memory(given);
  const accessToken = { ...ACCESS_TOKEN, ...given.accessToken };
  tokens.remember("a", { issued: issue(given.lifetimeSeconds), epoch: "e", signedBy: KEY, accessToken });
  const recall = (epoch = "e", signedBy = KEY, address = "10.0.0.1") =>
    tokens.recall("a", { epoch, signedBy, address });
  return { clock, recall };
}

const withToken = (secret: string, username = "x") => ({ kind: "password", username, password: secret }) as const;

describe("what an answer from memory is asked by", () => {
  const { tokens } = memory();
  const keyOf = tokens.keyOf.bind(tokens);

  it("is the secret of an access token and the scopes, not the username beside it", () => {
    const key = keyOf({ credentials: withToken(SECRET), scopes: SCOPES });
    expect(key).toBe(keyOf({ credentials: withToken(SECRET, "y"), scopes: [...SCOPES] }));
    const others = [
      { credentials: undefined, scopes: SCOPES },
      { credentials: withToken(makeSecret("kspat-", systemIds)), scopes: SCOPES },
      { credentials: withToken(SECRET), scopes: [] },
      { credentials: withToken(SECRET), scopes: ["repository:team/app:push"] },
      { credentials: withToken(SECRET), scopes: [...SCOPES, ...SCOPES] },
      { credentials: withToken(SECRET), scopes: [SCOPES.join(" "), ""] },
    ].map(keyOf);
    expect(new Set([key, ...others]).size).toBe(others.length + 1);
    expect(others).not.toContain(undefined);
  });

  it("is nothing for a password, a refresh token, a mistyped secret, and where nothing is asked for or shown", () => {
    expect(keyOf({ credentials: withToken("a password"), scopes: SCOPES })).toBeUndefined();
    expect(keyOf({ credentials: withToken(`${SECRET}x`), scopes: SCOPES })).toBeUndefined();
    expect(keyOf({ credentials: { kind: "refresh_token", secret: SECRET }, scopes: SCOPES })).toBeUndefined();
    expect(keyOf({ credentials: undefined, scopes: [] })).toBeUndefined();
  });

  it("is nothing where it is turned off", () => {
    const off = memory({ reuseSeconds: 0 }).tokens;
    expect(off.keyOf({ credentials: withToken(SECRET), scopes: SCOPES })).toBeUndefined();
  });

  it("does not tell the secret, and is another in each process", () => {
    const one = keyOf({ credentials: withToken(SECRET), scopes: SCOPES });
    const other = memory().tokens.keyOf({ credentials: withToken(SECRET), scopes: SCOPES });
    expect(one).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(one).not.toBe(other);
  });
});

describe("a remembered token", () => {
  it("is given again with what is left of its life", () => {
    const { clock, recall } = remembered();
    clock.advance({ seconds: 7 });
    expect(recall()).toEqual({
      accessToken: ACCESS_TOKEN,
      issued: {
        ...{ token: "a.b.c", jti: "1", to: undefined, access: [], refreshToken: undefined },
        ...{ issuedAt: clock.now(), lifetimeSeconds: 293 },
      },
    });
  });

  it("is not given under another epoch, nor once another key signs", () => {
    const { recall } = remembered();
    expect(recall("other")).toBeUndefined();
    expect(recall("e", { ...KEY })).toBeUndefined();
    expect(recall()).toBeDefined();
  });

  it.each([
    ["the configured seconds", { reuseSeconds: 10 }, 9.9, 10],
    ["a tenth of its life", { reuseSeconds: 300, lifetimeSeconds: 600 }, 59.9, 60],
    ["what leaves it a minute", { reuseSeconds: 300, lifetimeSeconds: 65 }, 5, 6],
  ] as const)("is not given after %s", (_, given, before, after) => {
    const { clock, recall } = remembered(given);
    clock.advance({ seconds: before });
    expect(recall()).toBeDefined();
    clock.advance({ seconds: after - before });
    expect(recall()).toBeUndefined();
  });

  it("is never given again where it lives for a minute alone", () => {
    const { clock, recall } = remembered({ lifetimeSeconds: 60 });
    clock.advance({ seconds: 1 });
    expect(recall()).toBeUndefined();
  });

  it.each([
    ["date has come", { expiresAt: "2026-11-03" }],
    ["grace has ended", { retiresAt: new Date("2026-11-03T00:00:00Z") }],
  ])("is not given once its access token's %s: the clock ends it, not the epoch", (_, accessToken) => {
    const { clock, recall } = remembered({ accessToken, at: new Date("2026-11-02T23:59:58Z") });
    clock.advance({ seconds: 1 });
    expect(recall()).toBeDefined();
    clock.advance({ seconds: 1 });
    expect(recall()).toBeUndefined();
  });

  it("is given to the addresses alone that its access token is accepted from", () => {
    const { recall } = remembered({ accessToken: { ipAllowList: new IpAllowList(["10.0.0.0/8"]) } });
    expect(recall("e", KEY, "10.9.9.9")).toBeDefined();
    expect(recall("e", KEY, "11.0.0.1")).toBeUndefined();
    expect(recall("e", KEY, "")).toBeUndefined();
  });

  it("is not given when the clock was set back", () => {
    const { clock, recall } = remembered();
    clock.advance({ seconds: -1 });
    expect(recall()).toBeUndefined();
  });

  it("gives way to the newer one for the same question", () => {
    const { tokens, issue } = memory();
    for (const [epoch, token] of [
      ["e", "old"],
      ["f", "new"],
    ] as const)
      tokens.remember("a", { issued: issue(300, token), epoch, signedBy: KEY, accessToken: undefined });
    expect(tokens.recall("a", { epoch: "e", signedBy: KEY, address: "" })).toBeUndefined();
    expect(tokens.recall("a", { epoch: "f", signedBy: KEY, address: "" })?.issued.token).toBe("new");
  });

  it.each([
    ["10,000 of them", 10_001, 5],
    ["16 MiB", 40, 500_000],
  ])("is forgotten, the oldest first, where there are more than %s", (_, count, length) => {
    const { tokens, issue } = memory();
    const token = "t".repeat(length);
    for (let index = 0; index < count; index += 1)
      tokens.remember(String(index), { issued: issue(300, token), epoch: "e", signedBy: KEY, accessToken: undefined });
    const isKnown = (index: number) =>
      tokens.recall(String(index), { epoch: "e", signedBy: KEY, address: "" }) !== undefined;
    expect([isKnown(0), isKnown(count - 1)]).toEqual([false, true]);
  });
});
