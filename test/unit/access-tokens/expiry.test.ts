import { describe, expect, it } from "vitest";
import {
  creatorLimit,
  decideExpiry,
  decideRotatedExpiry,
  instanceLimit,
  isExpired,
  ownLimit,
} from "../../../src/access-tokens/expiry.ts";
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

const now = new Date("2026-11-02T23:59:59Z");

describe("decideExpiry", () => {
  it("takes tomorrow, and any later date without a limit", () => {
    expect(decideExpiry("2026-11-03", now, [])).toBe("2026-11-03");
    expect(decideExpiry("9999-12-31", now, [])).toBe("9999-12-31");
  });

  it.each(["2026-11-02", "2026-11-01", "0001-01-01"])("refuses %s: today or earlier in UTC", (date) => {
    expect(() => decideExpiry(date, now, [])).toThrow(ValidationError);
    expect(() => decideExpiry(date, now, [])).toThrow(/expiresAt .*2026-11-02 in UTC/);
  });

  it("takes the instance's maximum itself and refuses the day after it, naming both", () => {
    const limits = instanceLimit(30, now);
    expect(decideExpiry("2026-12-02", now, limits)).toBe("2026-12-02");
    expect(() => decideExpiry("2026-12-03", now, limits)).toThrow(/expiresAt .*"2026-12-03".*2026-12-02.*30 days/);
  });

  it("is the earliest limit where none is asked for, else never", () => {
    expect(decideExpiry(null, now, instanceLimit(30, now))).toBe("2026-12-02");
    expect(
      decideExpiry(null, now, [
        ...instanceLimit(30, now),
        ...creatorLimit({ expiresAt: "2026-11-20", retiresAt: null }),
      ]),
    ).toBe("2026-11-20");
    expect(
      decideExpiry(null, now, [
        ...instanceLimit(undefined, now),
        ...creatorLimit({ expiresAt: null, retiresAt: null }),
      ]),
    ).toBeNull();
  });

  it("names the limit that is the earliest", () => {
    const limits = [...instanceLimit(30, now), ...creatorLimit({ expiresAt: "2026-11-20", retiresAt: null })];
    expect(decideExpiry("2026-11-20", now, limits)).toBe("2026-11-20");
    expect(() => decideExpiry("2026-11-21", now, limits)).toThrow(/2026-11-20, when this request's access token ends/);
  });

  it("is no later than the day on which the creator's grace ends, and none where that is today", () => {
    const limits = (retiresAt: string) => creatorLimit({ expiresAt: "2026-11-20", retiresAt: new Date(retiresAt) });
    expect(decideExpiry(null, now, limits("2026-11-05T23:59:59Z"))).toBe("2026-11-05");
    expect(decideExpiry(null, now, limits("2026-11-20T00:00:00Z"))).toBe("2026-11-20");
    for (const requested of [null, "2026-11-03"])
      expect(() => decideExpiry(requested, now, limits("2026-11-02T23:59:59Z"))).toThrow(
        /expiresAt is invalid: no date after today is as early as 2026-11-02, when the grace/,
      );
  });
});

describe("the end of a rotated token", () => {
  const token = (createdAt: string, expiresAt: string | null) => ({ createdAt: new Date(createdAt), expiresAt });

  it("is a week ahead where none is asked for, or sooner where a limit is", () => {
    expect(decideRotatedExpiry(null, now, [])).toBe("2026-11-09");
    expect(decideRotatedExpiry(null, now, creatorLimit({ expiresAt: "2026-11-05", retiresAt: null }))).toBe(
      "2026-11-05",
    );
    expect(decideRotatedExpiry(null, now, creatorLimit({ expiresAt: "2027-11-05", retiresAt: null }))).toBe(
      "2026-11-09",
    );
  });

  it("is as many days ahead as the token was given, and no more, where it rotates itself", () => {
    const limits = ownLimit(token("2026-10-01T23:00:00Z", "2026-11-10"), now);
    expect(limits).toMatchObject([{ latest: "2026-12-12" }]);
    expect(decideRotatedExpiry("2026-12-12", now, limits)).toBe("2026-12-12");
    expect(() => decideRotatedExpiry("2026-12-13", now, limits)).toThrow(/2026-12-12, the 40 days/);
    expect(decideRotatedExpiry(null, now, ownLimit(token("2026-11-02T00:00:00Z", "2026-11-03"), now))).toBe(
      "2026-11-03",
    );
  });

  it("is any date for a token that has none", () => {
    expect(ownLimit(token("2026-10-01T23:00:00Z", null), now)).toEqual([]);
    expect(decideRotatedExpiry("9999-12-31", now, [])).toBe("9999-12-31");
  });
});
