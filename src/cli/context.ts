/** What every command works with: the configuration, the output, the client, and how an answer is shown. */
import type { Command } from "commander";
import type { Config } from "../config.ts";
import { type KeysideClient, openClient } from "./keyside-client.ts";
import { type Output, renderTable } from "./output.ts";

/** A command's surroundings; the configuration is read when a command runs, so that `--help` never fails. */
export interface CliContext {
  readonly config: () => Config;
  readonly output: Output;
}

/** One option of `--json`, on a command that shows something. */
export function withJson(command: Command): Command {
  return command.option("--json", "print the API's answer as JSON");
}

/** The client of a command. */
export function clientOf({ config }: CliContext): KeysideClient {
  return openClient(config());
}

/** Shows rows, or one row, as JSON or as a table of these columns. */
export function show(
  { output }: CliContext,
  value: unknown,
  { json, columns }: { json: boolean | undefined; columns: readonly string[] },
): void {
  if (json === true) {
    output.line(JSON.stringify(value, null, 2));
    return;
  }
  for (const line of renderTable(Array.isArray(value) ? value : [value], columns)) output.line(line);
}

/** A path as one segment of an address. */
export function segment(path: string): string {
  return encodeURIComponent(path);
}
