import { chmodSync, statSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openAuditKey, readAuditKey } from "../../../src/audit/audit-key.ts";
import { asPlainUser, CertsDirectory } from "../../support/certs-directory.ts";

let directory: CertsDirectory;
beforeEach(() => {
  directory = new CertsDirectory();
});
afterEach(() => directory.delete());

describe("the audit log's key", () => {
  it("is made once, for its owner alone", () => {
    const key = openAuditKey(directory.path).export().toString("hex");
    expect(directory.read("audit.key")).toBe(`${key}\n`);
    expect(statSync(directory.file("audit.key")).mode & 0o777).toBe(0o600);
    expect(openAuditKey(directory.path).export().toString("hex")).toBe(key);
    expect(readAuditKey(directory.path).export().toString("hex")).toBe(key);
  });

  it("is made with its directory, where there is none", () => {
    openAuditKey(directory.file("certs"));
    expect(statSync(directory.file("certs")).mode & 0o777).toBe(0o700);
  });

  it("is never one that nobody else has: where it cannot be written, there is none", async () => {
    chmodSync(directory.path, 0o500);
    const refusal = await asPlainUser(directory, async () => openAuditKey(directory.path)).catch(String);
    expect(refusal).toMatch(/ConfigurationError: .*audit\.key cannot be written \(EACCES/);
  });

  it("is not made by whoever verifies", () => {
    expect(() => readAuditKey(directory.path)).toThrow(/audit\.key cannot be read \(ENOENT/);
  });
});
