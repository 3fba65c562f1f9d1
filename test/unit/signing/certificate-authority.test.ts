import { X509Certificate } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ConfigurationError } from "../../../src/errors.ts";
import { ensureCertificateAuthority, loadCertificateAuthority } from "../../../src/signing/certificate-authority.ts";
import { CertsDirectory, writeOpensslCertificate } from "../../support/certs-directory.ts";
import { FakeClock } from "../../support/clock.ts";

let made: CertsDirectory;
let stranger: CertsDirectory;
let directory: CertsDirectory;
let clock: FakeClock;
const used: CertsDirectory[] = [];

beforeAll(async () => {
  made = new CertsDirectory();
  stranger = new CertsDirectory();
  used.push(made, stranger);
  for (const each of used) await ensureCertificateAuthority(each.path, new FakeClock().now());
});
beforeEach(() => {
  directory = made.copy();
  used.push(directory);
  clock = new FakeClock();
});
afterAll(() => {
  for (const each of used) each.delete();
});

/** The one sentence of the ConfigurationError that something ends with. */
function refusalOf(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.message).toMatch(/^[^\n]+[^.\n]\.$/);
    return error.message;
  }
  throw new Error("it was not refused");
}

function becomeDirectory(name: string): void {
  directory.remove(name);
  mkdirSync(directory.file(name));
}

function becomeOpenssl(constraint: string, newKey: string, ...options: string[]): void {
  const subject = ["-newkey", newKey, ...options, "-subj", "/CN=test", "-addext", `basicConstraints=${constraint}`];
  writeOpensslCertificate(directory, ...subject);
  clock.set(new Date());
}

function becomeEllipticCurve(): void {
  becomeOpenssl("CA:TRUE", "ec", "-pkeyopt", "ec_paramgen_curve:P-256");
}

describe("a CA that Keyside makes", () => {
  it("is a long-lived RSA certificate authority that signs itself", () => {
    const ca = new X509Certificate(directory.read("ca.crt"));
    expect(ca.ca).toBe(true);
    expect(ca.subject).toBe("CN=Keyside registry token CA");
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect(ca.publicKey.asymmetricKeyDetails?.modulusLength).toBe(3072);
    expect(ca.validToDate).toStrictEqual(new Date("2036-11-02T12:00:00Z"));
  });

  it("has a serial number of its own", () => {
    const serials = [made, stranger].map((each) => new X509Certificate(each.read("ca.crt")).serialNumber);
    expect(new Set(serials).size).toBe(2);
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/);
  });
});

describe("ensureCertificateAuthority", () => {
  it("leaves a CA that is there alone", async () => {
    expect(await ensureCertificateAuthority(directory.path, clock.now())).toBe(false);
    expect(directory.read("ca.crt")).toBe(made.read("ca.crt"));
  });

  it("makes the certificate of a key that is there", async () => {
    directory.remove("ca.crt");
    expect(await ensureCertificateAuthority(directory.path, clock.now())).toBe(true);
    expect(directory.read("ca.key")).toBe(made.read("ca.key"));
  });

  it("makes no certificate for a key that is not RSA", async () => {
    becomeEllipticCurve();
    directory.remove("ca.crt");
    await expect(ensureCertificateAuthority(directory.path, clock.now())).rejects.toThrow("is not an RSA key");
  });
});

describe("loadCertificateAuthority", () => {
  it("gives a CA whose key may sign for its certificate", () => {
    const { certificate, privateKey } = loadCertificateAuthority(directory.path, clock.now());
    expect(privateKey !== undefined && certificate.checkPrivateKey(privateKey)).toBe(true);
  });

  it("gives the certificate alone where there is no key", () => {
    directory.remove("ca.key");
    expect(loadCertificateAuthority(directory.path, clock.now()).privateKey).toBeUndefined();
  });

  const spoilt: [string, string, () => void][] = [
    ["a missing certificate", "ca.crt is missing", () => directory.remove("ca.crt")],
    ["an unreadable certificate", "ca.crt cannot be read (EISDIR", () => becomeDirectory("ca.crt")],
    ["an unreadable key", "ca.key cannot be read (EISDIR", () => becomeDirectory("ca.key")],
    ["a certificate that is not PEM", "ca.crt is not a certificate in PEM", () => directory.write("ca.crt", "hello")],
    ["an empty certificate", "ca.crt is not a certificate in PEM", () => directory.write("ca.crt", "")],
    ["a key that is not PEM", "ca.key is not a private key in PEM", () => directory.write("ca.key", "hello")],
    ["another CA's key", "ca.key is not the key of ", () => directory.take("ca.key", stranger)],
    ["another CA's certificate", "ca.key is not the key of ", () => directory.take("ca.crt", stranger)],
    [
      "a certificate that is no CA's",
      "ca.crt is not the certificate of a CA",
      () => becomeOpenssl("CA:FALSE", "rsa:2048"),
    ],
    ["a CA of an EC key", "ca.crt is not for an RSA key", becomeEllipticCurve],
    ["a CA not valid yet", "ca.crt is not valid before 2026-11-02T11:55:00.000Z", () => clock.advance({ days: -1 })],
    ["an expired CA", "ca.crt expired on 2036-11-02T12:00:00.000Z", () => clock.set(new Date("2036-11-02T12:00:01Z"))],
  ];

  it.each(spoilt)("refuses %s, naming the file and what to do", (_what, message, spoil) => {
    spoil();
    const refusal = refusalOf(() => loadCertificateAuthority(directory.path, clock.now()));
    expect(refusal).toContain(join(directory.path, message));
    expect(refusal).toMatch(/; (put|make|move|set) .+/);
    expect(refusal).not.toContain("PRIVATE KEY");
  });
});
