import { createSecretKey, generateKeySync } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Href } from "../../../src/web/protocol/page-links.ts";
import { openSecret, sealingKey, sealSecret } from "../../../src/web/protocol/sealed-secret.ts";

const SHARED = createSecretKey(Buffer.alloc(32, 7));
const NOW = new Date("2027-03-01T12:00:00Z");
const BINDING = { sessionId: 4, what: "access_token:9" };
const PATH = "/team/app/-/settings/access_tokens/9/created" as Href;

const key = sealingKey(SHARED);

function sealed(): string {
  return sealSecret(key, { ...BINDING, secret: "kspat-secret", path: PATH, now: NOW }).value ?? "";
}

function later(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1000);
}

describe("a sealed secret", () => {
  it("opens for the session and the token that it was sealed for, on every replica that shares the key", () => {
    const elsewhere = sealingKey(createSecretKey(Buffer.alloc(32, 7)));
    expect(openSecret(elsewhere, { ...BINDING, value: sealed(), now: later(59) })).toBe("kspat-secret");
  });

  it("opens for no other session, no other token, not with another key, and not after its minute", () => {
    const value = sealed();
    expect(openSecret(key, { sessionId: 5, what: "access_token:9", value, now: NOW })).toBeUndefined();
    expect(openSecret(key, { sessionId: 4, what: "access_token:8", value, now: NOW })).toBeUndefined();
    const other = sealingKey(generateKeySync("hmac", { length: 256 }));
    expect(openSecret(other, { ...BINDING, value, now: NOW })).toBeUndefined();
    expect(openSecret(key, { ...BINDING, value, now: later(60) })).toBeUndefined();
  });

  it("does not open once a single bit of it was altered, or a part is missing", () => {
    const bytes = Buffer.from(sealed(), "base64url");
    for (let place = 0; place < bytes.length; place++) {
      const altered = Buffer.from(bytes);
      altered.writeUInt8(altered.readUInt8(place) ^ 1, place);
      expect(openSecret(key, { ...BINDING, value: altered.toString("base64url"), now: NOW })).toBeUndefined();
      const cut = bytes.subarray(0, place).toString("base64url");
      expect(openSecret(key, { ...BINDING, value: cut, now: NOW })).toBeUndefined();
    }
    for (const value of [undefined, "", "x", "kspat-secret"]) {
      expect(openSecret(key, { ...BINDING, value, now: NOW })).toBeUndefined();
    }
  });

  it("shows nothing of the secret, is never the same twice, and goes to its own page alone, for a minute", () => {
    const [one, other] = [sealed(), sealed()];
    expect(one).not.toBe(other);
    expect(Buffer.from(one, "base64url").toString("latin1")).not.toContain("secret");
    const cookie = sealSecret(key, { ...BINDING, secret: "kspat-secret", path: PATH, now: NOW });
    expect(cookie).toMatchObject({ path: PATH, sameSite: "strict", maxAgeSeconds: 60 });
  });
});
