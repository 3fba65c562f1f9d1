import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type AuditDirectory, auditDirectory, body } from "../../support/audit-file.ts";
import { runKeyside } from "../../support/keyside-command.ts";

let log: AuditDirectory;
beforeEach(async () => {
  log = await auditDirectory();
  const writer = await log.open();
  await writer.append([body(1), body(2)]);
  await writer.close();
});

const verify = (...files: string[]) =>
  runKeyside({ KEYSIDE_DATA_DIR: join(log.path, "data"), KEYSIDE_CERTS_DIR: log.certsDir }, [
    "audit",
    "verify",
    ...files,
  ]);

describe("keyside audit verify", () => {
  it("says how many lines of which span hold", async () => {
    expect(await verify(log.file())).toEqual({
      code: 0,
      stdout: "3 lines hold, seq 1 to 3, from 2026-11-02T12:00:00.000Z to 2026-11-02T12:00:00.000Z\n",
      stderr: "",
    });
  });

  it("names the first line that does not, and what does before it", async () => {
    writeFileSync(log.file(), log.text().replace('"request_id":"2"', '"request_id":"3"'));
    const { code, stdout, stderr } = await verify(log.file());
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^keyside: before that, 2 lines hold, seq 1 to 2, from .*\nkeyside: .*audit\.log line 3 was changed\n$/,
    );
  });

  it("refuses a file that is not there, and wants one", async () => {
    expect(await verify(log.file("none"))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/none cannot be read \(ENOENT/),
    });
    expect(await verify()).toMatchObject({ code: 2 });
  });
});
