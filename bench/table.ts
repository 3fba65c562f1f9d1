/** A table of numbers for a terminal. */

/** A column of numbers; a number that is not there is a hyphen. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => number | undefined;
  /** After the point; none unless told. */
  readonly digits?: number;
}

/** The column of names, on the left. */
export interface NameColumn<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
}

/** Names on the left, numbers aligned on the right, a line under the titles. */
export function renderTable<Row>(name: NameColumn<Row>, columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = [
    [name.title, ...columns.map(({ title }) => title)],
    ...rows.map((row) => [name.value(row), ...columns.map((column) => cell(column, row))]),
  ];
  const widths = [name, ...columns].map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  const lines = cells.map((line) =>
    line
      .map((text, index) => (index === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[index] ?? 0)))
      .join("  "),
  );
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return lines.toSpliced(1, 0, rule).join("\n");
}

function cell<Row>({ value, digits = 0 }: Column<Row>, row: Row): string {
  const number = value(row);
  return number === undefined || Number.isNaN(number) ? "-" : number.toFixed(digits);
}
