import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import { systemClock } from "../../../src/clock.ts";
import type { JobRuns } from "../../../src/server/job-runs.ts";
import { startChores } from "../../../src/server/run-chores.ts";

function setUp() {
  vi.useFakeTimers();
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  const note = vi.fn<JobRuns["note"]>();
  return { lines, note, services: { log, clock: systemClock, jobRuns: { note } } };
}

describe("startChores", () => {
  it("logs a failure, and does the chore again the next time", async () => {
    const { lines, services } = setUp();
    const run = vi.fn().mockRejectedValueOnce(new Error("away")).mockResolvedValue(undefined);
    const stop = startChores([{ name: "sweep", everyMs: 1000, run }], services);
    await vi.advanceTimersByTimeAsync(2000);
    await stop();
    vi.useRealTimers();
    expect(run).toHaveBeenCalledTimes(2);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ chore: "sweep", err: { message: "away" } }]);
  });

  it("notes how each run ended, and how long it took", async () => {
    const { note, services } = setUp();
    const run = vi
      .fn()
      .mockImplementationOnce(() => new Promise((resolve) => setTimeout(resolve, 40)))
      .mockRejectedValue(new Error("away"));
    const chore = { name: "sweep", everyMs: 1000, run };
    const stop = startChores([chore], services);
    const startedAt = Date.now();
    await vi.advanceTimersByTimeAsync(2000);
    await stop();
    vi.useRealTimers();
    expect(note.mock.calls).toEqual([
      [chore, { endedAt: new Date(startedAt + 1040), ms: 40, failed: false }],
      [chore, { endedAt: new Date(startedAt + 2000), ms: 0, failed: true }],
    ]);
  });

  it("says nothing of a full disk, of which the database has told", async () => {
    const { lines, services } = setUp();
    const run = vi.fn().mockRejectedValue(Object.assign(new Error("could not extend file"), { code: "53100" }));
    const stop = startChores([{ name: "sweep", everyMs: 1000, run }], services);
    await vi.advanceTimersByTimeAsync(2000);
    await stop();
    vi.useRealTimers();
    expect(run).toHaveBeenCalledTimes(2);
    expect(lines).toEqual([]);
  });

  it("does not begin a chore again while it is under way, and waits for it at the stop", async () => {
    const { services } = setUp();
    const gate = Promise.withResolvers<void>();
    const run = vi.fn(() => gate.promise);
    const stop = startChores([{ name: "sweep", everyMs: 1000, run }], services);
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
