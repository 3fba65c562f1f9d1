import { execFile } from "node:child_process";
import { chmodSync, readdirSync, statSync } from "node:fs";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLockoutKey } from "../../../src/authentication/lockout-key.ts";
import { ConfigurationError } from "../../../src/errors.ts";
import { asPlainUser, CertsDirectory } from "../../support/certs-directory.ts";

let directory: CertsDirectory;
let reasons: string[];
beforeEach(() => {
  directory = new CertsDirectory();
  reasons = [];
});
afterEach(() => directory.delete());

const open = (path = directory.path) =>
  openLockoutKey(path, (reason) => reasons.push(reason.message))
    .export()
    .toString("hex");

/** Opens the key in a process of its own. */
async function inAnotherProcess(): Promise<string> {
  const module = new URL("../../../src/authentication/lockout-key.ts", import.meta.url);
  const program = `
    import { openLockoutKey } from "${module}";
    const key = openLockoutKey(${JSON.stringify(directory.path)}, (reason) => { throw reason; });
    console.log(key.export().toString("hex"));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  return stdout.trim();
}

describe("openLockoutKey", () => {
  it("makes a key that its owner alone can read, another one for each directory", () => {
    const key = open();
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(directory.read("lockout.key")).toBe(`${key}\n`);
    expect(statSync(directory.file("lockout.key")).mode & 0o777).toBe(0o600);
    const other = new CertsDirectory();
    expect(open(other.path)).not.toBe(key);
    other.delete();
  });

  it("gives the same key to all who open the directory, and does not write again", () => {
    const key = open();
    chmodSync(directory.path, 0o500);
    expect([open(), open()]).toEqual([key, key]);
    expect(reasons).toEqual([]);
  });

  it("gives one key to several processes that start at once", async () => {
    const keys = await Promise.all(Array.from({ length: 4 }, inAnotherProcess));
    expect(new Set(keys)).toEqual(new Set([open()]));
    expect(readdirSync(directory.path)).toEqual(["lockout.key"]);
  });

  it.each(["", "\n", "abc", "g".repeat(64), "0".repeat(63), "0".repeat(128)])(
    "refuses a file that holds %j",
    (text) => {
      directory.write("lockout.key", text);
      expect(() => open()).toThrow(ConfigurationError);
      expect(() => open()).toThrow(/lockout\.key does not hold 64 hexadecimal digits; delete it/);
      expect(directory.read("lockout.key")).toBe(text);
    },
  );

  it("refuses a file that it may not read", async () => {
    open();
    chmodSync(directory.file("lockout.key"), 0o000);
    const refusal = await asPlainUser(directory, () => Promise.resolve().then(() => open())).catch(String);
    expect(refusal).toMatch(/ConfigurationError: .*lockout\.key cannot be read \(EACCES/);
  });

  it("where nothing can be written, makes a key for this process alone, and says why", async () => {
    chmodSync(directory.path, 0o500);
    const keys = await asPlainUser(directory, () => Promise.resolve([open(), open()]));
    expect(new Set(keys).size).toBe(2);
    expect(reasons).toHaveLength(2);
    expect(reasons[0]).toMatch(/lockout\.key cannot be written \(EACCES/);
  });
});
