/** The command `keyside`, run as a process of its own. */
import { join } from "node:path";
import { type CommandEnd, PROJECT_DIRECTORY, runToEnd } from "./running-command.ts";
import type { TestService } from "./service.ts";

/** How a shell starts it. */
export const KEYSIDE = [process.execPath, join(PROJECT_DIRECTORY, "bin/keyside.js")];

/** Runs one command line with these variables, and no others but the PATH. */
export function runKeyside(
  environment: Readonly<Record<string, string>>,
  args: readonly string[],
  input = "",
): Promise<CommandEnd> {
  return runToEnd([...KEYSIDE, ...args], { environment: { PATH: process.env["PATH"], ...environment }, input });
}

/** The variables of the operator on the service's own machine: the data directory, and where the service listens. */
export function operatorOf(service: TestService): Record<string, string> {
  return {
    KEYSIDE_DATA_DIR: service.container.config.dataDir,
    KEYSIDE_CERTS_DIR: service.container.config.certsDir,
    KEYSIDE_PORT: new URL(service.url).port,
  };
}
