import { describe, expect, it } from "vitest";
import { isOverdue } from "../../../src/server/job-runs.ts";

const SINCE = new Date("2026-11-30T12:00:00Z");
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Whether a chore of a period is overdue so long after its last run. */
const overdueAfter = (everyMs: number, ms: number) => isOverdue(everyMs, SINCE, new Date(SINCE.getTime() + ms));

describe("a chore is overdue", () => {
  it("once it did not run for three of its periods", () => {
    expect(overdueAfter(HOUR_MS, 3 * HOUR_MS)).toBe(false);
    expect(overdueAfter(HOUR_MS, 3 * HOUR_MS + 1)).toBe(true);
  });

  it("after five minutes at the earliest, however short its period", () => {
    expect(overdueAfter(5 * SECOND_MS, 5 * MINUTE_MS)).toBe(false);
    expect(overdueAfter(5 * SECOND_MS, 5 * MINUTE_MS + 1)).toBe(true);
  });

  it("never while another machine's clock is ahead", () => {
    expect(overdueAfter(5 * SECOND_MS, -HOUR_MS)).toBe(false);
  });
});
