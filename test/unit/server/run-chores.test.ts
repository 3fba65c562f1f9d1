import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import { startChores } from "../../../src/server/run-chores.ts";

function setUp() {
  vi.useFakeTimers();
  const lines: string[] = [];
  return { lines, log: pino({}, { write: (line: string) => void lines.push(line) }) };
}

describe("startChores", () => {
  it("logs a failure, and does the chore again the next time", async () => {
    const { lines, log } = setUp();
    const run = vi.fn().mockRejectedValueOnce(new Error("away")).mockResolvedValue(undefined);
    const stop = startChores([{ name: "sweep", everyMs: 1000, run }], log);
    await vi.advanceTimersByTimeAsync(2000);
    await stop();
    vi.useRealTimers();
    expect(run).toHaveBeenCalledTimes(2);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ chore: "sweep", err: { message: "away" } }]);
  });

  it("says nothing of a full disk, of which the database has told", async () => {
    const { lines, log } = setUp();
    const run = vi.fn().mockRejectedValue(Object.assign(new Error("could not extend file"), { code: "53100" }));
    const stop = startChores([{ name: "sweep", everyMs: 1000, run }], log);
    await vi.advanceTimersByTimeAsync(2000);
    await stop();
    vi.useRealTimers();
    expect(run).toHaveBeenCalledTimes(2);
    expect(lines).toEqual([]);
  });

  it("does not begin a chore again while it is under way, and waits for it at the stop", async () => {
    const { log } = setUp();
    const gate = Promise.withResolvers<void>();
    const run = vi.fn(() => gate.promise);
    const stop = startChores([{ name: "sweep", everyMs: 1000, run }], log);
    await vi.advanceTimersByTimeAsync(5000);
    expect(run).toHaveBeenCalledTimes(1);
    let stopped = false;
    const stopping = stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(5000);
    expect(stopped).toBe(false);
    gate.resolve();
    await stopping;
    vi.useRealTimers();
    expect(stopped).toBe(true);
  });
});
