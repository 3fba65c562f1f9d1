import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createLog } from "../../../src/server/log.ts";

const messagesOf = (text: string): unknown[] =>
  text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line).msg]));

function recordedLog() {
  const writes: string[] = [];
  const { promise: written, resolve } = Promise.withResolvers<void>();
  const write = (text: string) => {
    writes.push(text);
    resolve();
  };
  return { writes, written, log: createLog("info", { write }) };
}

/** Runs a program that has a log on standard output, and gives the messages that it logged. */
async function logOf(program: string): Promise<unknown[]> {
  const source = `import { createLog } from "./src/server/log.ts"; const log = createLog("info"); ${program}`;
  const running = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source]);
  const { stdout } = await running.catch((error: { stdout: string }) => error);
  return messagesOf(stdout);
}

describe("the log", () => {
  it("writes lines that are logged together at once, in their order, soon after", async () => {
    const { log, writes, written } = recordedLog();
    for (const message of ["one", "two", "three"]) log.info(message);
    expect(writes).toEqual([]);
    await written;
    expect(writes.map(messagesOf)).toEqual([["one", "two", "three"]]);
  });

  it("keeps no more than some kilobytes in memory", () => {
    const { log, writes } = recordedLog();
    for (let count = 0; count < 1_000; count += 1) log.info("x".repeat(100));
    expect(writes.length).toBeGreaterThan(1);
    expect(writes.join("").length).toBeGreaterThan(100_000);
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
