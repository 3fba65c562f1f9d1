import { describe, expect, it } from "vitest";
import { median, percentile } from "../../../bench/statistics.ts";

describe("percentile", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it("is the value that so large a share of all does not exceed, whatever their order", () => {
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
  });

  it("sorts numbers as numbers", () => {
    expect(percentile([10, 9, 100], 1)).toBe(100);
  });

  it("of one value is that value, and of none is no number", () => {
    expect(percentile([7], 0.01)).toBe(7);
    expect(percentile([], 0.99)).toBeNaN();
  });
});

describe("median", () => {
  it("is the value in the middle, or between the two in the middle", () => {
    expect(median([9, 1, 10])).toBe(9);
    expect(median([4, 1, 2, 100])).toBe(3);
  });

  it("of none is no number", () => {
    expect(median([])).toBeNaN();
  });
});
