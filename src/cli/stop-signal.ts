/** The wish to stop: Ctrl-C or SIGTERM. */

/** One Ctrl-C may arrive twice: the terminal signals the whole process group, and npm hands its own copy on. */
const SAME_REQUEST_MS = 1_000;

/** Resolves with the first SIGINT or SIGTERM; one that comes a second or more later ends the process at once. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstAtMs: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      const nowMs = performance.now();
      firstAtMs ??= nowMs;
      if (nowMs - firstAtMs >= SAME_REQUEST_MS) process.exit(130);
      resolve(signal);
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
}
