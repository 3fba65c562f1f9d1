/** The log of the service: JSON, a line an event. */
import { type DestinationStream, destination, type Logger, pino } from "pino";

/** How long a line waits for others at the most. */
const GATHERING_MS = 100;

/** In characters: as many are written without waiting for more. */
const MAXIMUM_GATHERED = 16 * 1024;

/**
 * Makes the log, by default on standard output. The lines of a tenth of a second are written together, since under load the
 * writing of each alone costs more than the making. The last ones are written when the process ends by itself, by
 * `process.exit()` or by an error that nobody catches; a signal without a handler, as SIGKILL, can lose them.
 */
export function createLog(level: string, target: DestinationStream = destination({ dest: 1, sync: true })): Logger {
  let gathered = "";
  const flush = () => {
    const lines = gathered;
    gathered = "";
    if (lines !== "") target.write(lines);
  };
  process.once("exit", flush);
  return pino(
    { level },
    {
      write(line: string) {
        if (gathered === "") setTimeout(flush, GATHERING_MS);
        gathered += line;
        if (gathered.length >= MAXIMUM_GATHERED) flush();
      },
    },
  );
}
