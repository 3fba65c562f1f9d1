import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { jwkThumbprint, libtrustKeyId } from "../../../src/signing/key-id.ts";

/** The example key of distribution's docs/content/spec/auth/jwt.md. */
const distributionKey = createPublicKey({
  format: "jwk",
  key: {
    kty: "EC",
    crv: "P-256",
    x: "m7zUpx3b-zmVE5cymSs64POG9QcyEpJaYCD82-549_Q",
    y: "dU3biz8sZ_8GPB-odm8Wxz3lNDr1xcAQQPQaOcr1fmc",
  },
});

/** The example key of RFC 7638 section 3.1. */
const rfc7638Key = createPublicKey({
  format: "jwk",
  key: {
    kty: "RSA",
    n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    e: "AQAB",
  },
});

const generatedKeys = [
  ["EC", generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey],
  ["RSA", generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey],
] as const;

describe("libtrustKeyId", () => {
  it("names distribution's example key as distribution does", () => {
    expect(libtrustKeyId(distributionKey)).toBe("PYYO:TEWU:V7JH:26JV:AQTZ:LJC3:SXVJ:XGHA:34F2:2LAQ:ZRMK:Z7Q6");
  });

  it.each(generatedKeys)("is 12 groups of 4 base32 digits for an %s key", (_kind, key) => {
    expect(libtrustKeyId(key)).toMatch(/^[A-Z2-7]{4}(:[A-Z2-7]{4}){11}$/);
  });

  it("differs from key to key", () => {
    expect(new Set(generatedKeys.map(([, key]) => libtrustKeyId(key))).size).toBe(generatedKeys.length);
  });
});

describe("jwkThumbprint", () => {
  it("names distribution's example key by RFC 7638", () => {
    expect(jwkThumbprint(distributionKey)).toBe("8qjioA3ZA7ti2JIE7c-U8smBFuZolQZvhSHDPU3hhB8");
  });

  it("gives the thumbprint of RFC 7638's own example", () => {
    expect(jwkThumbprint(rfc7638Key)).toBe("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  });

  it("refuses a key of a kind that signs no registry token", () => {
    expect(() => jwkThumbprint(generateKeyPairSync("ed25519").publicKey)).toThrow(TypeError);
  });
});
