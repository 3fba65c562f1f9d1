import { execFile } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import ssh2 from "ssh2";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ConfigurationError } from "../../../../src/errors.ts";
import { openHostKeys, readHostKeys } from "../../../../src/git/ssh/host-keys.ts";
import { CertsDirectory } from "../../../support/certs-directory.ts";
import { scratchDirectory } from "../../../support/scratch-directory.ts";

const NAMES = ["host_ecdsa", "host_ed25519", "host_rsa"];
const TYPES = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"];

const { generateKeyPairSync } = ssh2.utils;
const made = generateKeyPairSync("ed25519").private;
const other = generateKeyPairSync("ed25519").private;
const encrypted = generateKeyPairSync("ed25519", { passphrase: "secret", cipher: "aes256-ctr", rounds: 16 }).private;

let dataDir: string;
const file = (name: string) => join(dataDir, "ssh", name);
const blobs = (keys: ReturnType<typeof readHostKeys>) => keys.map((key) => key.getPublicSSH().toString("base64"));

/** Opens the keys in a process of its own. */
async function inAnotherProcess(): Promise<string> {
  const module = new URL("../../../../src/git/ssh/host-keys.ts", import.meta.url);
  const program = `
    import { openHostKeys } from "${module}";
    const keys = await openHostKeys(${JSON.stringify(dataDir)});
    console.log(JSON.stringify(keys.map((key) => key.getPublicSSH().toString("base64"))));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  return JSON.parse(stdout);
}

describe("openHostKeys", () => {
  beforeEach(async () => {
    dataDir = await scratchDirectory();
  });

  it("makes one key of each kind, of the length that is fixed, which its owner alone can read", async () => {
    const keys = await openHostKeys(dataDir);
    expect(keys.map(({ type }) => type)).toEqual(TYPES);
    // An RSA key on the wire: its type, its exponent, and 3072 bits.
    expect(keys[2]?.getPublicSSH().byteLength).toBe(4 + 7 + 4 + 3 + 4 + 1 + 3072 / 8);
    expect(readdirSync(join(dataDir, "ssh")).toSorted()).toEqual(NAMES);
    for (const name of NAMES) expect(statSync(file(name)).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, "ssh")).mode & 0o777).toBe(0o700);
  });

  it("never replaces a key that is there, and makes those that are not", async () => {
    await openHostKeys(dataDir);
    writeFileSync(file("host_ed25519"), made);
    const before = NAMES.map((name) => readFileSync(file(name), "utf8"));
    await openHostKeys(dataDir);
    expect(NAMES.map((name) => readFileSync(file(name), "utf8"))).toEqual(before);
  });

  it("puts no key in place that cannot be read, as ssh2 makes one now and then", async () => {
    const asked: string[] = [];
    const keys = await openHostKeys(dataDir, async (kind, options) => {
      asked.push(kind);
      const pair = generateKeyPairSync(kind, { bits: 3072, ...options });
      return asked.length < 3 ? { ...pair, private: pair.private.slice(0, 60) } : pair;
    });
    expect(asked.slice(0, 4)).toEqual(["ed25519", "ed25519", "ed25519", "ecdsa"]);
    expect(keys.map(({ type }) => type)).toEqual(TYPES);
    const never = openHostKeys(await scratchDirectory(), async () => ({ private: "no key", public: "" }));
    await expect(never).rejects.toThrow(/no SSH host key of the type ssh-ed25519 could be made/);
  });

  it("gives the keys of the first to several processes that start at once", async () => {
    const keys = await Promise.all(Array.from({ length: 3 }, inAnotherProcess));
    expect(new Set(keys.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(keys[0]).toEqual(blobs(readHostKeys(dataDir)));
    expect(readdirSync(join(dataDir, "ssh")).toSorted()).toEqual(NAMES);
  });
});

describe("readHostKeys", () => {
  let template: CertsDirectory;
  beforeAll(async () => {
    template = new CertsDirectory();
    await openHostKeys(template.path);
    return () => template.delete();
  });
  beforeEach(() => {
    const copy = template.copy();
    dataDir = copy.path;
    return () => copy.delete();
  });

  it("makes nothing, and says who does", async () => {
    dataDir = await scratchDirectory();
    expect(() => readHostKeys(dataDir)).toThrow(ConfigurationError);
    expect(() => readHostKeys(dataDir)).toThrow(/host_ed25519 is not there: Keyside makes it when .*KEYSIDE_SSH_PORT/);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it.each([
    ["nothing", "host_ed25519", ""],
    ["a text", "host_rsa", "no key"],
    ["a key of another kind", "host_ecdsa", other],
    ["a key with a passphrase", "host_ed25519", encrypted],
    ["a public key", "host_ed25519", generateKeyPairSync("ed25519").public],
  ])("refuses a file that holds %s, and leaves it as it is", async (_, name, text) => {
    chmodSync(file(name), 0o600);
    writeFileSync(file(name), text);
    const message = new RegExp(`${name} is not a private key of the type [a-z0-9-]+ without a passphrase; `);
    expect(() => readHostKeys(dataDir)).toThrow(message);
    await expect(openHostKeys(dataDir)).rejects.toThrow(ConfigurationError);
    expect(readFileSync(file(name), "utf8")).toBe(text);
  });
});
