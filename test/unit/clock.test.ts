import { describe, expect, it } from "vitest";
import { addDays, epochSeconds, systemClock, utcDate } from "../../src/clock.ts";

describe("utcDate", () => {
  it("is the date in UTC, wherever the machine is", () => {
    expect(utcDate(new Date("2026-11-02T23:59:59.999Z"))).toBe("2026-11-02");
    expect(utcDate(new Date("2026-11-03T01:00:00+02:00"))).toBe("2026-11-02");
  });
});

describe("addDays", () => {
  it.each([
    ["2026-11-30", 1, "2026-12-01"],
    ["2026-12-31", 1, "2027-01-01"],
    ["2028-02-28", 1, "2028-02-29"],
    ["2026-03-28", 2, "2026-03-30"],
    ["2026-01-01", 365, "2027-01-01"],
    ["2026-11-02", 0, "2026-11-02"],
  ])("of %s and %d is %s", (date, days, expected) => {
    expect(addDays(date, days)).toBe(expected);
  });

  it("refuses what is no date", () => {
    expect(() => addDays("tomorrow", 1)).toThrow(RangeError);
  });
});

describe("epochSeconds", () => {
  it("counts whole seconds, never ahead of the moment", () => {
    expect(epochSeconds(new Date("1970-01-01T00:01:00.999Z"))).toBe(60);
  });
});

describe("systemClock", () => {
  it("tells the machine's time", () => {
    const before = Date.now();
    expect(systemClock.now().getTime()).toBeGreaterThanOrEqual(before);
    expect(systemClock.now().getTime()).toBeLessThanOrEqual(Date.now());
  });
});
