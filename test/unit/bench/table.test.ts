import { describe, expect, it } from "vitest";
import { renderTable } from "../../../bench/table.ts";

interface Row {
  readonly name: string;
  readonly rate?: number;
  readonly share?: number;
}

function render(rows: readonly Row[]): string[] {
  const columns = [
    { title: "rate", value: ({ rate }: Row) => rate },
    { title: "share", value: ({ share }: Row) => share, digits: 2 },
  ];
  return renderTable({ title: "case", value: ({ name }: Row) => name }, columns, rows).split("\n");
}

describe("renderTable", () => {
  it("aligns names on the left and numbers, rounded to their digits, on the right", () => {
    expect(render([{ name: "one", rate: 12345.6, share: 0.126 }])).toEqual([
      "case   rate  share",
      "----  -----  -----",
      "one   12346   0.13",
    ]);
  });

  it("shows a hyphen for what was not measured and for what is no number, and zero as zero", () => {
    const [, , first, second] = render([
      { name: "a", rate: 0 },
      { name: "b", rate: Number.NaN, share: 1 },
    ]);
    expect(first).toBe("a        0      -");
    expect(second).toBe("b        -   1.00");
  });
});
