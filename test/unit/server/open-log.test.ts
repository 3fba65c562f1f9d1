import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { openLog } from "../../../src/server/open-log.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";

const messagesOf = (text: string): unknown[] =>
  text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line).msg]));

/** Runs a program that has a log on standard output, and gives the messages that it logged. */
async function logOf(program: string): Promise<unknown[]> {
  const source = `import { openLog } from "./src/server/open-log.ts"; const log = openLog("info"); ${program}`;
  const running = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source]);
  const { stdout } = await running.catch((error: { stdout: string }) => error);
  return messagesOf(stdout);
}

describe("the log", () => {
  it("writes lines that are logged together at once, in their order, soon after", async () => {
    const file = join(await scratchDirectory(), "log");
    const log = openLog("info", file);
    for (const message of ["one", "two", "three"]) log.info(message);
    expect(await readFile(file, "utf8")).toBe("");
    await expect.poll(async () => messagesOf(await readFile(file, "utf8"))).toEqual(["one", "two", "three"]);
  });

  it("keeps no more than some kilobytes in memory", async () => {
    const file = join(await scratchDirectory(), "log");
    const log = openLog("info", file);
    for (let count = 0; count < 1_000; count += 1) log.info("x".repeat(100));
    expect((await stat(file)).size).toBeGreaterThan(100_000);
  });

  it("in a file is for its owner alone, and goes on at its end", async () => {
    const file = join(await scratchDirectory(), "log");
    for (const message of ["one", "two"]) {
      openLog("info", file).info(message);
      await expect.poll(async () => messagesOf(await readFile(file, "utf8"))).toContain(message);
    }
    expect(messagesOf(await readFile(file, "utf8"))).toEqual(["one", "two"]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it.each([
    ["ends by itself", ""],
    ["exits", "process.exit(1);"],
    ["fails", "throw new Error('out');"],
    ["fails later", "queueMicrotask(() => { throw new Error('out'); });"],
  ])("loses no line of a process that %s", async (_what, end) => {
    expect(await logOf(`log.info("first"); log.error("last"); ${end}`)).toEqual(["first", "last"]);
  });
});
