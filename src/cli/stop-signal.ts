/** The wish to stop: Ctrl-C or SIGTERM. */

/** One Ctrl-C may arrive twice: the terminal signals the whole process group, and npm hands its own copy on. */
const SAME_WISH_MILLISECONDS = 1_000;

/** Resolves with the first SIGINT or SIGTERM; one that comes a second or more later ends the process at once. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      const now = performance.now();
      firstAt ??= now;
      if (now - firstAt >= SAME_WISH_MILLISECONDS) process.exit(130);
      resolve(signal);
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
}
