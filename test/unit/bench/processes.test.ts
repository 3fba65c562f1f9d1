import { describe, expect, it } from "vitest";
import { parseStat, usageOf } from "../../../bench/processes.ts";

describe("parseStat", () => {
  it("reads the parent and the time used, by itself and by those below it that ended", () => {
    const text = "4242 (node) S 17 4242 4242 0 -1 4194304 100 200 3 4 50 7 20 3 20 0 11 0 99 1000 2000";
    expect(parseStat(text)).toEqual({ pid: 4242, parent: 17, command: "node", cpuMs: (50 + 7 + 20 + 3) * 10 });
  });

  it("reads a command that holds brackets and spaces", () => {
    const text = "7 (odd) (name 1) R 3 7 7 0 -1 0 0 0 0 0 1 2 0 0 20 0 1 0 9 1 2";
    expect(parseStat(text)).toMatchObject({ parent: 3, command: "odd) (name 1", cpuMs: 30 });
  });
});

describe.runIf(process.platform === "linux")("usageOf", () => {
  it("knows a running process, and nothing of one that there is not", async () => {
    const usage = await usageOf(process.pid);
    expect(usage?.cpuMs).toBeGreaterThan(0);
    expect(usage?.residentMiB).toBeGreaterThan(1);
    // Linux gives no process a number above this.
    expect(await usageOf(2 ** 22 + 1)).toBeUndefined();
  });
});
