/** The rows of the run's one table, and how they are shown. */
import type { Measured } from "./measure.ts";
import { type Column, renderTable } from "./table.ts";

/** A row of the table; what does not apply is left out. Times in milliseconds. */
export interface Row extends Partial<Measured> {
  readonly name: string;
  /** Of the bare signing limit; or of what the name says. */
  readonly ratio?: number;
  readonly p50At500Ms?: number;
  readonly p99At500Ms?: number;
  /** For an answer, at 16 connections unless the name says otherwise. */
  readonly queries?: number;
}

/** What must be reached, and what was. */
export interface Goal {
  readonly what: string;
  /** Undefined: this run did not measure it. */
  readonly reached: boolean | undefined;
  readonly numbers: string;
}

/** All that a run found out. */
export interface Report {
  readonly machine: Readonly<Record<string, string | number>>;
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
  /** What was left out, and why. */
  readonly remarks: readonly string[];
  readonly seconds: number;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: "requests/s", value: ({ perSecond }) => perSecond },
  { title: "ratio", value: ({ ratio }) => ratio, digits: 2 },
  { title: "p50 ms", value: ({ p50Ms }) => p50Ms, digits: 2 },
  { title: "p99 ms", value: ({ p99Ms }) => p99Ms, digits: 2 },
  { title: "at 500/s: p50", value: ({ p50At500Ms }) => p50At500Ms, digits: 2 },
  { title: "p99", value: ({ p99At500Ms }) => p99At500Ms, digits: 2 },
  { title: "CPU ms: service", value: ({ serviceCpuMs }) => serviceCpuMs, digits: 3 },
  { title: "database", value: ({ databaseCpuMs }) => databaseCpuMs, digits: 3 },
  { title: "MiB", value: ({ memoryMiB }) => memoryMiB },
  { title: "queries", value: ({ queries }) => queries, digits: 3 },
];

/** The report as people read it. */
export function renderReport({ machine, rows, goals, remarks, seconds }: Report): string {
  const verdict = (reached: boolean | undefined) =>
    reached === undefined ? "not measured" : reached ? "reached" : "NOT reached";
  const about = Object.entries(machine).map(([name, value]) => `${name} ${value}`);
  return [
    renderTable({ title: "", value: ({ name }) => name }, COLUMNS, rows),
    "",
    ...goals.map(({ what, reached, numbers }) => `${verdict(reached).padEnd(12)}  ${what}${numbers && `; ${numbers}`}`),
    "",
    ...remarks,
    `${about.join(", ")}; ${seconds.toFixed(0)} s`,
    "",
  ].join("\n");
}

/** The report for programs. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
