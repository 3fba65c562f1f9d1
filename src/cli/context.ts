/** What every command works with: the configuration, the output, the client, and how an answer is shown. */
import type { Config } from "../config.ts";
import { type KeysideClient, openClient } from "./keyside-client.ts";
import { type Output, renderTable } from "./output.ts";

/** A command's surroundings; the configuration is read when a command runs, so that `--help` never fails. */
export interface CliContext {
  readonly config: () => Config;
  readonly output: Output;
}

/**
 * The client of a command.
 *
 * @throws RefusedError when there is no token to call the service with
 */
export function clientOf({ config }: CliContext): KeysideClient {
  return openClient(config());
}

/** Passes a warning of the service's on, if it sent one. */
export function passOnWarning({ output }: CliContext, warning: string | undefined): void {
  if (warning !== undefined) output.complain(`keyside: warning: ${warning}`);
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
