/** The log of the service: JSON, a line an event. */
import { destination, type Logger, pino } from "pino";

/** How long a line waits for others at the most. */
const GATHERING_MS = 100;

/**
 * As many are written without waiting for more. With the line that is one too many they stay below the 4,096 bytes that go
 * into a pipe as a whole, so that the lines of several workers do not mix. @see POSIX write(), PIPE_BUF
 */
const GATHERED_BYTES = 3 * 1024;

/**
 * Opens the log: on standard output or, where a file is named, at the end of that, which its owner alone can read. The lines
 * of a tenth of a second are written together, since under load the writing of each alone costs more than the making. The
 * last ones are written when the process ends by itself, by `process.exit()` or by an error that nobody catches; a signal
 * without a handler, as SIGKILL, can lose them.
 */
export function openLog(level: string, file: string | undefined): Logger {
  const gathering = { sync: true, minLength: GATHERED_BYTES, periodicFlush: GATHERING_MS };
  const target = destination({ dest: file ?? 1, mode: 0o600, ...gathering });
  process.once("exit", () => target.flushSync());
  return pino({ level }, target);
}
