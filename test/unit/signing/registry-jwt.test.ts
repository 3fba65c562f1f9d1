import { createPublicKey, X509Certificate } from "node:crypto";
import jwt from "jsonwebtoken";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { epochSeconds } from "../../../src/clock.ts";
import { jsonWebKeySet } from "../../../src/signing/jwks.ts";
import { signRegistryToken } from "../../../src/signing/registry-jwt.ts";
import { openSigningKeys, type SigningKey } from "../../../src/signing/signing-keys.ts";
import { CertsDirectory } from "../../support/certs-directory.ts";
import { FakeClock } from "../../support/clock.ts";

const clock = new FakeClock();
const directories: CertsDirectory[] = [];
const keys = new Map<string, { key: SigningKey; ca: X509Certificate }>();

beforeAll(async () => {
  for (const algorithm of ["ES256", "RS256"] as const) {
    const directory = new CertsDirectory();
    directories.push(directory);
    const key = (await openSigningKeys({ directory: directory.path, algorithm, clock })).current();
    keys.set(algorithm, { key, ca: new X509Certificate(directory.read("ca.crt")) });
  }
});
afterAll(() => {
  for (const directory of directories) directory.delete();
});

function keyFor(algorithm: string) {
  const found = keys.get(algorithm);
  if (found === undefined) throw new Error(`no key was made for ${algorithm}`);
  return found;
}

const access = [
  { type: "repository", name: "acme/shop/api", actions: ["pull", "push"] },
  { type: "registry", name: "catalog", actions: ["*"] },
];

function tokenOf(algorithm: string, subject = "alice"): string {
  return signRegistryToken({
    key: keyFor(algorithm).key,
    issuer: "keyside",
    audience: "container_registry",
    subject,
    access,
    issuedAt: new Date("2026-11-02T12:00:00.900Z"),
    lifetimeSeconds: 300,
    tokenId: "0198-token",
  });
}

function verified(token: string, algorithm: "ES256" | "RS256", at = clock.now()) {
  const { publicKey } = keyFor(algorithm).key.certificate;
  return jwt.verify(token, publicKey, { algorithms: [algorithm], complete: true, clockTimestamp: epochSeconds(at) });
}

describe.each(["ES256", "RS256"] as const)("signRegistryToken with %s", (algorithm) => {
  it("makes exactly the claims that a registry reads, with the audience as one string", () => {
    const issued = epochSeconds(clock.now());
    expect(verified(tokenOf(algorithm), algorithm).payload).toStrictEqual({
      iss: "keyside",
      sub: "alice",
      aud: "container_registry",
      exp: issued + 300,
      nbf: issued - 10,
      iat: issued,
      jti: "0198-token",
      access,
    });
  });

  it("names the algorithm and carries the leaf's certificate, without the CA's", () => {
    const { key } = keyFor(algorithm);
    expect(verified(tokenOf(algorithm), algorithm).header).toStrictEqual({
      alg: algorithm,
      typ: "JWT",
      x5c: [key.certificate.raw.toString("base64")],
    });
  });

  it("can be verified by the CA alone, through the certificate in the header", () => {
    const { header } = verified(tokenOf(algorithm), algorithm);
    const leaf = new X509Certificate(Buffer.from(String(header.x5c), "base64"));
    expect(leaf.verify(keyFor(algorithm).ca.publicKey)).toBe(true);
    expect(leaf.checkIssued(keyFor(algorithm).ca)).toBe(true);
  });

  it("gives an anonymous caller the empty subject", () => {
    expect(verified(tokenOf(algorithm, ""), algorithm).payload.sub).toBe("");
  });

  it("is refused before its start and after its end", () => {
    const token = tokenOf(algorithm);
    expect(() => verified(token, algorithm, new Date("2026-11-02T11:59:49Z"))).toThrow("jwt not active");
    expect(() => verified(token, algorithm, new Date("2026-11-02T12:05:00Z"))).toThrow("jwt expired");
  });

  it("is refused once a claim is changed", () => {
    const [header = "", payload = "", signature = ""] = tokenOf(algorithm).split(".");
    const claims = { ...JSON.parse(Buffer.from(payload, "base64url").toString()), sub: "root" };
    const forged = Buffer.from(JSON.stringify(claims)).toString("base64url");
    expect(() => verified([header, forged, signature].join("."), algorithm)).toThrow("invalid signature");
  });
});

describe("jsonWebKeySet", () => {
  it.each([
    ["ES256", { kty: "EC", crv: "P-256" }, ["x", "y"]],
    ["RS256", { kty: "RSA", e: "AQAB" }, ["n"]],
  ] as const)("publishes the public half of a %s key under both key ids", (algorithm, fixed, members) => {
    const { key } = keyFor(algorithm);
    const { keys: published } = jsonWebKeySet(key);
    expect(published.map(({ kid }) => kid)).toStrictEqual([key.keyId, key.thumbprint]);
    for (const entry of published) {
      expect(entry).toMatchObject({ ...fixed, use: "sig", alg: algorithm, x5c: key.x5c });
      for (const member of members) expect(entry[member]).toMatch(/^[\w-]{40,}$/);
    }
  });

  it.each(["ES256", "RS256"])("never publishes a private part of a %s key", (algorithm) => {
    for (const entry of jsonWebKeySet(keyFor(algorithm).key).keys) {
      for (const secret of ["d", "p", "q", "dp", "dq", "qi"]) expect(entry).not.toHaveProperty(secret);
    }
  });

  it.each(["ES256", "RS256"] as const)("lets a token of %s be verified by what it publishes", (algorithm) => {
    for (const entry of jsonWebKeySet(keyFor(algorithm).key).keys) {
      const publicKey = createPublicKey({ key: { ...entry }, format: "jwk" });
      const options = { algorithms: [algorithm], clockTimestamp: epochSeconds(clock.now()) };
      expect(jwt.verify(tokenOf(algorithm), publicKey, options)).toMatchObject({ sub: "alice" });
    }
  });
});
