import { describe, expect, it } from "vitest";
import { ValidationError } from "../../../src/errors.ts";
import { decidePeriod } from "../../../src/projects/period.ts";

const NOW = new Date("2026-11-24T23:59:59.999Z");

describe("a period of days", () => {
  it.each([
    ["30 days up to today", {}, "2026-10-26", "2026-11-24"],
    ["30 days up to its end", { to: "2024-03-01" }, "2024-02-01", "2024-03-01"],
    ["up to today from its begin", { from: "2026-11-01" }, "2026-11-01", "2026-11-24"],
    ["one day", { from: "2026-11-24" }, "2026-11-24", "2026-11-24"],
    ["one day that is to come", { from: "2027-01-01", to: "2027-01-01" }, "2027-01-01", "2027-01-01"],
    ["366 days", { from: "2024-01-01", to: "2024-12-31" }, "2024-01-01", "2024-12-31"],
    ["no day before the first", { to: "0001-01-02" }, "0001-01-01", "0001-01-02"],
  ])("may be %s", (_, given, from, to) => {
    expect(decidePeriod(given, NOW)).toEqual({ from, to });
  });

  it.each([
    [{ from: "2026-11-25" }, 'is invalid: "2026-11-25" is later than today, 2026-11-24 in UTC'],
    [{ from: "2026-02-02", to: "2026-02-01" }, 'is invalid: "2026-02-02" is later than "to", 2026-02-01'],
    [
      { from: "2025-01-01", to: "2026-01-02" },
      'is invalid: "2025-01-01" begins more than 366 days that end with "to", 2026-01-02',
    ],
    [
      { from: "2020-01-01" },
      'is invalid: "2020-01-01" begins more than 366 days that end with today, 2026-11-24 in UTC',
    ],
  ])("cannot be %o", (given, message) => {
    const decide = () => decidePeriod(given, NOW);
    expect(decide).toThrow(ValidationError);
    expect(decide).toThrow(expect.objectContaining({ problems: [{ field: "from", message }] }));
  });
});
