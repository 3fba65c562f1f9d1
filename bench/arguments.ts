/** The arguments of `npm run bench`. */
import { parseArgs } from "node:util";

/** The parts of a run, in their order. */
export const PARTS = ["rates", "queries", "changes", "growth", "rules", "api", "pages", "git", "start"] as const;

/** One part of a run. */
export type Part = (typeof PARTS)[number];

/** What is asked for. */
export interface Arguments {
  readonly json: boolean;
  readonly parts: ReadonlySet<Part>;
}

/** How it is called. */
export const USAGE = `npm run bench [-- [--json] [--only <part>[,<part>...]]]; the parts: ${PARTS.join(", ")}`;

/**
 * Reads the arguments that follow the program's name.
 *
 * @throws Error that says what is wrong
 */
export function readArguments(given: readonly string[]): Arguments {
  const options = { json: { type: "boolean" }, only: { type: "string" } } as const;
  const { json = false, only } = parseArgs({ args: [...given], options }).values;
  const names = only?.split(",") ?? PARTS;
  return { json, parts: new Set(names.map(partOf)) };
}

function partOf(name: string): Part {
  const part = PARTS.find((known) => known === name);
  if (part === undefined) throw new Error(`--only: ${JSON.stringify(name)} is not one of ${PARTS.join(", ")}`);
  return part;
}
