/** The service's log: JSON lines. */
import { destination, type Logger, pino } from "pino";

/** Opens the log: on standard output or, where a file is named, at the end of that, which its owner alone can read. */
export function openLog(level: string, file: string | undefined): Logger {
  if (file === undefined) return pino({ level });
  return pino({ level }, destination({ dest: file, mode: 0o600, sync: true }));
}
