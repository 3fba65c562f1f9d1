import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { chmodSync, readdirSync, statSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ConfigurationError } from "../../../src/errors.ts";
import { openSigningKeys, type SigningEvent, type SigningKeysOptions } from "../../../src/signing/signing-keys.ts";
import {
  asPlainUser,
  CertsDirectory,
  inAnotherProcess,
  madeCertsDirectory,
  writeOpensslCertificate,
} from "../../support/certs-directory.ts";
import { FakeClock } from "../../support/clock.ts";

let made: CertsDirectory;
let stranger: CertsDirectory;
let directory: CertsDirectory;
let clock: FakeClock;
let events: SigningEvent[];
const used: CertsDirectory[] = [];

beforeAll(async () => {
  [made, stranger] = await Promise.all([madeCertsDirectory(), madeCertsDirectory()]);
  used.push(made, stranger);
});
beforeEach(() => {
  directory = made.copy();
  used.push(directory);
  clock = new FakeClock();
  events = [];
});
afterAll(() => {
  for (const each of used) each.delete();
});

function emptyDirectory(): CertsDirectory {
  const empty = new CertsDirectory();
  used.push(empty);
  return empty;
}

function open(options: Partial<SigningKeysOptions> = {}) {
  const onEvent = (event: SigningEvent) => events.push(event);
  return openSigningKeys({ directory: directory.path, algorithm: "ES256", clock, onEvent, ...options });
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

function happened(): string[] {
  return events.map((event) => (event.type === "leaf_created" ? `${event.type}: ${event.reason}` : event.type));
}

/** The one sentence of the ConfigurationError that something ends with. */
async function refusalOf(attempt: Promise<unknown>): Promise<string> {
  const outcome = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof ConfigurationError)) throw new Error(`not refused with a ConfigurationError: ${outcome}`);
  expect(outcome.message).toMatch(/^[^\n]+[^.\n]\.$/);
  return outcome.message;
}

describe("openSigningKeys in an empty directory", () => {
  it("makes the CA and the leaf, and reports both", async () => {
    directory = emptyDirectory();
    await open();
    expect(readdirSync(directory.path).sort()).toStrictEqual(["ca.crt", "ca.key", "leaf.pem"]);
    expect(happened()).toStrictEqual(["ca_created", "leaf_created: missing"]);
  });

  it("makes a missing directory for its owner alone, and leaves the mode of one that is there", async () => {
    const missing = directory.file("deeper/certs");
    await open({ directory: missing });
    expect(modeOf(missing)).toBe("700");

    chmodSync(directory.path, 0o750);
    await open();
    expect(modeOf(directory.path)).toBe("750");
  });

  it("keeps the keys to the owner and lets the registry read the CA's certificate, whatever the umask", async () => {
    const usual = process.umask(0o077);
    try {
      directory = emptyDirectory();
      await open();
    } finally {
      process.umask(usual);
    }
    expect(["ca.crt", "ca.key", "leaf.pem"].map((name) => modeOf(directory.file(name)))).toStrictEqual([
      "644",
      "600",
      "600",
    ]);
  });

  it("gives one CA and one leaf to several processes that start at once", async () => {
    directory = emptyDirectory();
    const processes = Array.from({ length: 4 }, () =>
      inAnotherProcess(directory, "console.log(keys.current().certificate.fingerprint256)"),
    );
    const certificates = await Promise.all(processes);
    expect(certificates[0]).toMatch(/^[0-9A-F:]{95}\n$/);
    expect(new Set(certificates).size).toBe(1);
    expect(readdirSync(directory.path).sort()).toStrictEqual(["ca.crt", "ca.key", "leaf.pem"]);
  });

  it("completes a CA of which only the key was written when the process died", async () => {
    directory.remove("ca.crt");
    const keyBefore = directory.read("ca.key");
    await open();
    expect(happened()[0]).toBe("ca_created");
    expect(directory.read("ca.key")).toBe(keyBefore);
  });
});

describe.each([
  ["ES256", "ec"],
  ["RS256", "rsa"],
] as const)("a leaf for %s", (algorithm, keyType) => {
  it("is a key of that algorithm whose certificate the CA has signed", async () => {
    const key = (await open({ algorithm })).current();
    const ca = new X509Certificate(directory.read("ca.crt"));
    expect(key.algorithm).toBe(algorithm);
    expect(key.privateKey.asymmetricKeyType).toBe(keyType);
    expect(key.certificate.checkPrivateKey(key.privateKey)).toBe(true);
    expect(key.certificate.checkIssued(ca)).toBe(true);
    expect(key.certificate.verify(ca.publicKey)).toBe(true);
    expect(key.certificate.ca).toBe(false);
  });

  it("passes openssl's strict verification against the CA's certificate", async () => {
    await open({ algorithm });
    const at = String(clock.now().getTime() / 1000);
    const files = ["-CAfile", directory.file("ca.crt"), directory.file("leaf.pem")];
    const answer = execFileSync("openssl", ["verify", "-x509_strict", "-attime", at, ...files], { encoding: "utf8" });
    expect(answer).toMatch(/: OK\n$/);
  });

  it("is valid for 90 days, and from a few minutes ago for a registry whose clock is behind", async () => {
    const key = (await open({ algorithm })).current();
    expect(key.notAfter).toStrictEqual(new Date("2027-01-31T12:00:00Z"));
    expect(key.certificate.validFromDate).toStrictEqual(new Date("2026-11-02T11:55:00Z"));
  });

  it("is taken as it is by the next who opens the directory", async () => {
    const first = await open({ algorithm });
    events = [];
    clock.advance({ days: 1 });
    const second = await open({ algorithm });
    expect(second.current().keyId).toBe(first.current().keyId);
    expect(events).toStrictEqual([]);
  });
});

describe("openSigningKeys with a leaf that will not do", () => {
  it("never makes a leaf that outlives the CA", async () => {
    clock.set(new Date("2036-10-20T12:00:00Z"));
    const keys = await open();
    expect(keys.current().notAfter).toStrictEqual(new Date("2036-11-02T12:00:00Z"));
    expect(keys.caNotAfter).toStrictEqual(keys.current().notAfter);
  });

  const spoilt: [string, () => void | Promise<void>][] = [
    ["missing", () => directory.remove("leaf.pem")],
    ["corrupt", () => directory.write("leaf.pem", directory.read("leaf.pem").slice(0, 700))],
    ["corrupt", () => directory.write("leaf.pem", "")],
    ["key does not match the certificate", mixLeaves],
    ["signed by another CA", () => directory.take("leaf.pem", stranger)],
    ["not yet valid", comeFromTheFuture],
    ["expired", () => clock.advance({ days: 90, seconds: 1 })],
  ];

  async function comeFromTheFuture(): Promise<void> {
    clock.advance({ days: 10 });
    await openSigningKeys({ directory: directory.path, algorithm: "ES256", clock }).then((keys) => keys.rotate());
    clock.advance({ days: -9 });
  }

  function mixLeaves(): void {
    const key = stranger.read("leaf.pem").split("-----BEGIN CERTIFICATE-----")[0] ?? "";
    const certificate = directory.read("leaf.pem").slice(key.length);
    directory.write("leaf.pem", key + certificate);
  }

  it.each(spoilt.filter(([problem]) => problem !== "not yet valid"))(
    "replaces one that is: %s",
    async (problem, spoil) => {
      spoil();
      const key = (await open()).current();
      expect(happened()).toStrictEqual([`leaf_created: ${problem}`]);
      expect(key.certificate.verify(new X509Certificate(directory.read("ca.crt")).publicKey)).toBe(true);
      expect(directory.read("leaf.pem")).toContain(key.certificate.toString());
    },
  );

  it("replaces one that is of another algorithm than configured", async () => {
    const keys = await open({ algorithm: "RS256" });
    expect(happened()).toStrictEqual(["leaf_created: of another algorithm"]);
    expect(keys.current().algorithm).toBe("RS256");
  });

  it("refuses one that it may not read, and does not replace it", async () => {
    const before = directory.read("leaf.pem");
    chmodSync(directory.file("leaf.pem"), 0o000);
    const refusal = await refusalOf(asPlainUser(directory, () => open()));
    expect(refusal).toContain(`${directory.file("leaf.pem")} cannot be read (EACCES: permission denied)`);
    chmodSync(directory.file("leaf.pem"), 0o600);
    expect(directory.read("leaf.pem")).toBe(before);
  });

  it("refuses a directory that it may not write to, and leaves no temporary file", async () => {
    directory.remove("leaf.pem");
    chmodSync(directory.path, 0o500);
    const refusal = await refusalOf(asPlainUser(directory, () => open()));
    expect(refusal).toContain(`${directory.file("leaf.pem")} cannot be written (EACCES: permission denied)`);
    expect(readdirSync(directory.path).sort()).toStrictEqual(["ca.crt", "ca.key"]);
  });

  it("needs no right to write where nothing is to be written", async () => {
    chmodSync(directory.path, 0o500);
    const keys = await asPlainUser(directory, () => open());
    expect(keys.current().keyId).toMatch(/^[A-Z2-7:]{59}$/);
  });
});

describe("openSigningKeys with a CA that will not do", () => {
  it("refuses it, and changes nothing in the directory", async () => {
    directory.take("ca.key", stranger);
    const before = ["ca.crt", "ca.key", "leaf.pem"].map((name) => directory.read(name));
    expect(await refusalOf(open())).toContain(`${directory.file("ca.key")} is not the key of `);
    expect(["ca.crt", "ca.key", "leaf.pem"].map((name) => directory.read(name))).toStrictEqual(before);
  });

  it("works with an operator's own RSA CA, whatever its name is made of", async () => {
    writeOpensslCertificate(
      directory,
      "-newkey",
      "rsa:2048",
      "-utf8",
      "-subj",
      "/C=CH/O=Zürich & Söhne/OU=a+UID=7/CN=Wurzel",
    );
    clock.set(new Date());
    const key = (await open()).current();
    const ca = new X509Certificate(directory.read("ca.crt"));
    expect(happened()).toStrictEqual(["leaf_created: signed by another CA"]);
    expect(key.certificate.checkIssued(ca)).toBe(true);
    const files = ["-CAfile", directory.file("ca.crt"), directory.file("leaf.pem")];
    expect(execFileSync("openssl", ["verify", ...files], { encoding: "utf8" })).toMatch(/: OK\n$/);
  });
});

describe("openSigningKeys without ca.key", () => {
  beforeEach(() => directory.remove("ca.key"));

  it("serves the leaf that is there", async () => {
    const keys = await open();
    expect(keys.current().certificate.toString()).toBe(new X509Certificate(made.read("leaf.pem")).toString());
  });

  it("cannot rotate, and says why; the key in use stays", async () => {
    const keys = await open();
    const before = keys.current();
    const refusal = await refusalOf(keys.rotate());
    expect(refusal).toContain(`${directory.file("ca.key")} is missing`);
    expect(keys.current()).toBe(before);
  });

  it("serves a leaf that is due for rotation, and reports that it is", async () => {
    const keys = await open();
    clock.advance({ days: 31 });
    await keys.refresh();
    expect(happened()).toStrictEqual(["leaf_overdue"]);
  });

  it("refuses to go on with an expired leaf", async () => {
    clock.advance({ days: 91 });
    expect(await refusalOf(open())).toContain("cannot be replaced (expired)");
  });
});

describe("SigningKeys.refresh", () => {
  it("keeps the leaf that is in use while it is young", async () => {
    const keys = await open();
    const before = keys.current();
    clock.advance({ days: 29, hours: 23 });
    await keys.refresh();
    expect(keys.current()).toBe(before);
    expect(events).toStrictEqual([]);
  });

  it("replaces a leaf that is older than 30 days", async () => {
    const keys = await open();
    const before = keys.current();
    clock.advance({ days: 30 });
    await keys.refresh();
    expect(happened()).toStrictEqual(["leaf_created: due for rotation"]);
    expect(keys.current().keyId).not.toBe(before.keyId);
    expect(keys.current().notAfter).toStrictEqual(new Date("2027-03-02T12:00:00Z"));
  });

  it("goes by the rotation age and the validity that it is given", async () => {
    const keys = await open({ rotationAgeDays: 1, leafValidityDays: 2 });
    clock.advance({ days: 1 });
    await keys.refresh();
    expect(keys.current().notAfter).toStrictEqual(new Date("2026-11-05T12:00:00Z"));
  });

  it("takes up the leaf that another process has put in place", async () => {
    const [one, other] = await Promise.all([open(), open()]);
    await other.rotate();
    events = [];
    expect(one.current().keyId).not.toBe(other.current().keyId);
    await one.refresh();
    expect(one.current().keyId).toBe(other.current().keyId);
    expect(happened()).toStrictEqual(["leaf_followed"]);
  });

  it("makes a leaf anew when somebody has removed it", async () => {
    const keys = await open();
    directory.remove("leaf.pem");
    await keys.refresh();
    expect(happened()).toStrictEqual(["leaf_created: missing"]);
  });

  it("never makes a new CA under a running registry; the key in use stays", async () => {
    const keys = await open();
    const before = keys.current();
    directory.remove("ca.crt");
    expect(await refusalOf(keys.refresh())).toContain(`${directory.file("ca.crt")} is missing`);
    expect(keys.current()).toBe(before);
    expect(readdirSync(directory.path)).not.toContain("ca.crt");
  });
});

describe("SigningKeys.rotate", () => {
  it("makes a new leaf under the same CA, for its owner alone", async () => {
    const keys = await open();
    const before = keys.current();
    await keys.rotate();
    expect(keys.current().keyId).not.toBe(before.keyId);
    expect(directory.read("ca.crt")).toBe(made.read("ca.crt"));
    expect(modeOf(directory.file("leaf.pem"))).toBe("600");
    expect(happened()).toStrictEqual(["leaf_created: rotation asked for"]);
  });

  it("leaves the leaf of another process good until that one refreshes", async () => {
    const [one, other] = await Promise.all([open(), open()]);
    await other.rotate();
    const ca = new X509Certificate(directory.read("ca.crt"));
    for (const keys of [one, other]) expect(keys.current().certificate.verify(ca.publicKey)).toBe(true);
  });

  it("never shows another process a file that is not whole, and leaves no temporary file", async () => {
    clock.set(new Date());
    const keys = await open();
    events = [];
    let rotating = true;
    const rotations = inAnotherProcess(directory, "for (let i = 0; i < 100; i += 1) await keys.rotate();").finally(
      () => {
        rotating = false;
      },
    );
    while (rotating) {
      await keys.refresh();
      await setImmediate();
    }
    await rotations;
    expect(new Set(happened())).toStrictEqual(new Set(["leaf_followed"]));
    expect(readdirSync(directory.path).sort()).toStrictEqual(["ca.crt", "ca.key", "leaf.pem"]);
  });
});

describe("the lifetimes of a leaf", () => {
  it.each([
    [90, 90],
    [30, 0],
  ])("refuses a validity of %i days with a rotation age of %i", async (leafValidityDays, rotationAgeDays) => {
    await expect(open({ leafValidityDays, rotationAgeDays })).rejects.toThrow(RangeError);
  });
});
