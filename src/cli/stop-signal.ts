/** How a command is asked to stop: by Ctrl-C (SIGINT) or SIGTERM. */

/** Signals within this time are one request: the terminal sends Ctrl-C to the whole process group, and npm forwards its own. */
const SAME_REQUEST_MS = 1_000;

/** Resolves with the first SIGINT or SIGTERM; another one, a second or more later, ends the process at once. */
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
