/** What commands print: tables for people, JSON for programs, secrets alone on a line. */

import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { systemCode } from "../files.ts";

/** Where a command writes; a test passes its own. */
export interface Output {
  /** One line on standard output. */
  line(text: string): void;
  /** One line on standard error. */
  complain(text: string): void;
  /** Bytes as they are, on standard output. */
  bytes(source: Readable): Promise<void>;
}

// Whoever reads the output may have had enough of it, as `head` has: that is no failure of the command's.
for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreReadersEnd);

function ignoreReadersEnd(error: unknown): void {
  if (systemCode(error) !== "EPIPE") throw error;
}

/** The process's own streams. */
export const processOutput: Output = {
  line: (text) => void process.stdout.write(`${text}\n`),
  complain: (text) => void process.stderr.write(`${text}\n`),
  bytes: (source) => pipeline(source, process.stdout, { end: false }).catch(ignoreReadersEnd),
};

/** Rows as lines of aligned columns under a heading; a dash stands for a value that a row lacks. */
export function renderTable(rows: readonly unknown[], columns: readonly string[]): string[] {
  const cells = rows.map((row) => columns.map((column) => renderCell((row as Record<string, unknown>)[column])));
  const lines = [columns.map((column) => column.toUpperCase().replaceAll("_", " ")), ...cells];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? "").length)));
  return lines.map((line) =>
    line
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function renderCell(value: unknown): string {
  if (value === null || value === undefined || value === "") return "-";
  return Array.isArray(value) ? value.join(",") : String(value);
}
