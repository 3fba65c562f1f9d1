/**
 * `npm run bench`: what the token endpoint costs, as ratios within one run on one machine, since nothing else compares.
 * See docs/performance.md.
 */
import { availableParallelism } from "node:os";
import { measureApi } from "./api.ts";
import { type Arguments, type Part, readArguments, USAGE } from "./arguments.ts";
import { measureChanges } from "./changes.ts";
import { measureGit } from "./git.ts";
import { judge } from "./goals.ts";
import { measureGrowth } from "./growth.ts";
import { measurePages } from "./pages.ts";
import { countQueries } from "./queries.ts";
import { measureRates } from "./rates.ts";
import { type Report, type Row, renderJson, renderReport } from "./report.ts";
import { measureRules } from "./rules.ts";
import { type Setting, withSetting } from "./setting.ts";
import { measureStart } from "./start.ts";

const PART_OF_RUN: Readonly<Record<Part, (setting: Setting) => Promise<Row[]>>> = {
  rates: measureRates,
  queries: countQueries,
  changes: measureChanges,
  growth: measureGrowth,
  rules: measureRules,
  api: measureApi,
  pages: measurePages,
  git: measureGit,
  start: measureStart,
};

const wanted = argumentsOrExit();
const begin = performance.now();
const report = await withSetting(say, run);
process.stdout.write(wanted.json ? renderJson(report) : renderReport(report));

function argumentsOrExit(): Arguments {
  try {
    return readArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    process.exit(2);
  }
}

async function run(setting: Setting): Promise<Report> {
  const rows: Row[] = [];
  for (const [part, measurePart] of Object.entries(PART_OF_RUN)) {
    if (wanted.parts.has(part as Part)) rows.push(...(await measurePart(setting)));
  }
  const joined = joinRows(rows);
  return {
    machine: { cores: availableParallelism(), Node: process.versions.node, PostgreSQL: setting.postgres.version },
    rows: joined,
    goals: judge(joined),
    remarks: setting.remarks,
    seconds: (performance.now() - begin) / 1000,
  };
}

/** What parts found out about the same case, in one row. */
function joinRows(rows: readonly Row[]): Row[] {
  const joined = new Map<string, Row>();
  for (const row of rows) joined.set(row.name, { ...joined.get(row.name), ...row });
  return [...joined.values()];
}

/** People see on standard error how far it is; standard output has the table alone. */
function say(text: string): void {
  process.stderr.write(`${((performance.now() - begin) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
}
