/** Waits until a stream takes more. */
import { once } from "node:events";
import type { Writable } from "node:stream";

/** Resolves when a stream that was full takes more, when it is closed and never will, or when the signal aborts. */
export async function roomIn(stream: Writable, signal: AbortSignal): Promise<void> {
  if (stream.destroyed || !stream.writableNeedDrain) return;
  const either = new AbortController();
  const options = { signal: AbortSignal.any([signal, either.signal]) };
  await Promise.race([once(stream, "drain", options), once(stream, "close", options)]).catch(() => {});
  either.abort();
}
