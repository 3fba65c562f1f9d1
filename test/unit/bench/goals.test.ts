import { describe, expect, it } from "vitest";
import { judge } from "../../../bench/goals.ts";
import type { Row } from "../../../bench/report.ts";

const BARE: Row = { name: "bare signing limit", ratio: 1, serviceCpuMs: 0.15 };
const REPEATED = "PostgreSQL: project token, repeated";

/** The verdicts of a run, by the beginnings of the goals' sentences. */
function verdicts(...rows: Row[]) {
  const goals = judge(rows);
  return (beginning: string) => goals.find(({ what }) => what.startsWith(beginning));
}

describe("judge", () => {
  it("holds a ratio against its goal, and shows what the CPU alone would allow", () => {
    const goal = `${REPEATED}: at least 1.4`;
    const reached = verdicts(BARE, { name: REPEATED, ratio: 1.4, serviceCpuMs: 0.1 })(goal);
    expect(reached).toMatchObject({ reached: true, numbers: "1.40 (by CPU 1.50)" });
    expect(verdicts(BARE, { name: REPEATED, ratio: 1.39 })(goal)).toMatchObject({ reached: false, numbers: "1.39" });
  });

  it("compares two services by their ratios to the same limit", () => {
    const rows = [
      { name: REPEATED, ratio: 1.5, p99Ms: 3 },
      { name: "docker_auth: anonymous", ratio: 2, p99Ms: 3 },
    ];
    const find = verdicts(...rows);
    expect(find(`${REPEATED}: at least 1.0 of docker_auth`)).toMatchObject({
      reached: false,
      numbers: "0.75 (1.50 / 2.00)",
    });
    expect(find(`${REPEATED}: p99 at most that of docker_auth`)).toMatchObject({ reached: true });
  });

  it("holds what must be small against its bound", () => {
    const find = verdicts(
      { name: `${REPEATED}, 64 at once`, queries: 0 },
      { name: "npm start, warm, to the first token", p50Ms: 3001 },
    );
    expect(find("PostgreSQL: 64 at once")).toMatchObject({ reached: true, numbers: "0.00" });
    expect(find("npm start")).toMatchObject({ reached: false, numbers: "3001.00" });
  });

  it("knows nothing of what was not measured", () => {
    expect(new Set(judge([BARE]).map(({ reached }) => reached))).toEqual(new Set([undefined]));
  });
});
