import { describe, expect, it } from "vitest";
import { inTurn, ratio } from "../../../bench/measure.ts";

/** What was measured in rounds at these rates. */
function measured(...rounds: number[]) {
  const nothing = { serviceCpuMs: undefined, databaseCpuMs: undefined, memoryMiB: undefined };
  return { perSecond: Number.NaN, rounds, p50Ms: Number.NaN, p99Ms: Number.NaN, ...nothing };
}

describe("inTurn", () => {
  it("takes a case of each server, then the next of each that has one", () => {
    const [one, other] = [1, 2].map((port) => ({ port, pid: port, stop: () => Promise.resolve() }));
    if (one === undefined || other === undefined) throw new Error("two servers");
    const cases = ["a", "b", "c"].map((name) => ({ name, server: one })).concat({ name: "d", server: other });
    expect(inTurn(cases).map(({ name }) => name)).toEqual(["a", "d", "b", "c"]);
    expect(inTurn([])).toEqual([]);
  });
});

describe("ratio", () => {
  it("compares round by round, so that a round in which all were slow counts like any other", () => {
    expect(ratio(measured(20, 2, 21), measured(10, 1, 7))).toBe(2);
  });

  it("is no number where there is nothing to compare with", () => {
    expect(ratio(measured(20), undefined)).toBeNaN();
    expect(ratio(undefined, measured(20))).toBeNaN();
  });
});
