import { describe, expect, it } from "vitest";
import { decideExpiry, isExpired } from "../../../src/access-tokens/expiry.ts";
import { ValidationError } from "../../../src/errors.ts";

describe("isExpired", () => {
  it.each([
    ["2026-11-03", "2026-11-02T23:59:59.999Z", false],
    ["2026-11-03", "2026-11-03T00:00:00.000Z", true],
    ["2026-11-03", "2026-11-03T12:00:00.000Z", true],
    ["2026-11-03", "2026-11-04T00:00:00.000Z", true],
    ["2026-12-31", "2026-12-30T23:59:59.999Z", false],
    ["2027-01-01", "2026-12-31T23:59:59.999Z", false],
    ["2027-01-01", "2027-01-01T00:00:00.000Z", true],
    ["2028-02-29", "2028-02-28T23:59:59.999Z", false],
    ["2028-02-29", "2028-02-29T00:00:00.000Z", true],
  ])("of %s at %s is %s: midnight in UTC, no grace", (date, moment, expected) => {
    expect(isExpired(date, new Date(moment))).toBe(expected);
  });

  it("never comes without a date", () => {
    expect(isExpired(null, new Date("2999-01-01T00:00:00Z"))).toBe(false);
  });
});

describe("decideExpiry", () => {
  const now = new Date("2026-11-02T23:59:59Z");

  it("takes tomorrow, and any later date without a maximum", () => {
    expect(decideExpiry("2026-11-03", now, undefined)).toBe("2026-11-03");
    expect(decideExpiry("9999-12-31", now, undefined)).toBe("9999-12-31");
  });

  it.each(["2026-11-02", "2026-11-01", "0001-01-01"])("refuses %s: today or earlier in UTC", (date) => {
    expect(() => decideExpiry(date, now, undefined)).toThrow(ValidationError);
    expect(() => decideExpiry(date, now, undefined)).toThrow(/expiresAt .*2026-11-02 in UTC/);
  });

  it("takes the maximum itself and refuses the day after it, naming both", () => {
    expect(decideExpiry("2026-12-02", now, 30)).toBe("2026-12-02");
    expect(() => decideExpiry("2026-12-03", now, 30)).toThrow(/expiresAt .*"2026-12-03".*2026-12-02.*30 days/);
  });

  it("is the maximum where none is asked for, else never", () => {
    expect(decideExpiry(null, now, 30)).toBe("2026-12-02");
    expect(decideExpiry(null, now, undefined)).toBeNull();
  });
});
