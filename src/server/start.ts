/** Starts the service as configured: in this process, or in several workers that this process watches over. */
import type { Config } from "../config.ts";
import { ConfigurationError } from "../errors.ts";
import { openLog } from "./open-log.ts";
import type { RunningService } from "./start-service.ts";

/**
 * Starts the service. What a process does not need is not loaded: the one that watches over workers answers no request.
 *
 * @param logFile where the log goes; standard output when undefined
 * @throws ConfigurationError when it cannot start as configured
 */
export async function start(config: Config, logFile?: string): Promise<RunningService> {
  if (config.workers === 1) {
    const { startService } = await import("./start-service.ts");
    return await startService(config, openLog(config.logLevel, logFile));
  }
  if (config.databaseUrl === undefined) {
    throw new ConfigurationError(
      `KEYSIDE_WORKERS: "${config.workers}" needs a PostgreSQL server, since one process alone can use the embedded ` +
        "database; set DATABASE_URL, or leave KEYSIDE_WORKERS at 1",
    );
  }
  const { startWorkers } = await import("./workers.ts");
  return await startWorkers(config, logFile);
}
