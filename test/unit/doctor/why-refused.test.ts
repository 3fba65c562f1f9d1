import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { epochSeconds } from "../../../src/clock.ts";
import type { KnownRegistryAuth } from "../../../src/doctor/known-registry.ts";
import type { RegistryTokenContents } from "../../../src/doctor/request-registry-token.ts";
import { whyRefused } from "../../../src/doctor/why-refused.ts";
import { openSigningKeys } from "../../../src/signing/signing-keys.ts";
import { type CertsDirectory, madeCertsDirectory } from "../../support/certs-directory.ts";
import { FakeClock } from "../../support/clock.ts";

const SERVICE = "container_registry";
const clock = new FakeClock();
const issuedAt = epochSeconds(clock.now());

describe("whyRefused", () => {
  let own: CertsDirectory;
  let other: CertsDirectory;
  let x5c: readonly string[];
  beforeAll(async () => {
    [own, other] = [await madeCertsDirectory(clock), await madeCertsDirectory(clock)];
    x5c = (await openSigningKeys({ directory: own.path, algorithm: "ES256", clock })).current().x5c;
  });
  afterAll(() => {
    own.delete();
    other.delete();
  });

  /** A token as Keyside signs them, but for some claims. */
  const token = (claims: Record<string, unknown> = {}): RegistryTokenContents => ({
    raw: "",
    claims: { iss: "keyside", aud: SERVICE, iat: issuedAt, nbf: issuedAt - 10, exp: issuedAt + 300, ...claims },
    x5c,
  });
  const trusting = (directories: readonly CertsDirectory[], issuer = "keyside"): KnownRegistryAuth => ({
    issuer,
    rootCertBundle: {
      path: "/trust/ca.crt",
      certificates: directories.map((directory) => new X509Certificate(directory.read("ca.crt"))),
    },
  });
  const why = (
    refused: RegistryTokenContents,
    { auth, seconds = 0, service = SERVICE }: { auth?: KnownRegistryAuth; seconds?: number; service?: string } = {},
  ) => whyRefused(refused, { registryDate: new Date((issuedAt + seconds) * 1000), auth, service });

  it("finds an audience that is a list, even of the right service", () => {
    expect(why(token({ aud: [SERVICE] }))).toMatch(/^array audience: /);
  });

  it("finds an audience that is another service, naming both", () => {
    expect(why(token(), { service: "another" })).toMatch(/^service differs: .*"another".*"container_registry"/);
  });

  it.each([
    [-71, "71 s behind"],
    [361, "361 s ahead of"],
    [-7200, "7200 s behind"],
  ])("finds a registry's clock that is off by %i s, more than it grants", (seconds, words) => {
    expect(why(token(), { seconds })).toContain(`clock skew: the registry's clock is ${words} Keyside's`);
  });

  it.each([-70, 0, 360])("blames no clock that is off by %i s, which the registry grants", (seconds) => {
    expect(why(token(), { seconds })).not.toContain("clock");
  });

  it("blames no clock that it does not know", () => {
    const cause = whyRefused(token(), { registryDate: undefined, auth: undefined, service: SERVICE });
    expect(cause).toMatch(/^issuer differs, or key not trusted: /);
  });

  it("names issuer and trust as a pair without the registry's configuration, and what each must be", () => {
    const cause = why(token());
    expect(cause).toMatch(/^issuer differs, or key not trusted: .*"keyside".*ca\.crt.*--registry-config FILE/);
    expect(cause).toContain(new X509Certificate(own.read("ca.crt")).subject);
  });

  it("tells an issuer that differs by the configuration, whatever the bundle holds", () => {
    for (const trusted of [own, other]) {
      expect(why(token(), { auth: trusting([trusted], "another") })).toMatch(/^issuer differs: .*"another".*"keyside"/);
    }
  });

  it("tells a bundle without Keyside's CA by the configuration: the CA's name alone does not do", () => {
    for (const bundle of [[], [other]]) {
      expect(why(token(), { auth: trusting(bundle) })).toMatch(/^key not trusted: .*\/trust\/ca\.crt does not hold/);
    }
  });

  it("tells to restart the registry where its bundle holds Keyside's CA, among others", () => {
    expect(why(token(), { auth: trusting([other, own]) })).toMatch(/restart the registry$/);
  });

  it("says that it knows no cause where it finds none", () => {
    expect(why({ ...token(), x5c: [] }, { auth: trusting([own]) })).toMatch(/see the registry's log$/);
  });
});
