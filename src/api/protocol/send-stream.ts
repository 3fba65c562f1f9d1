/** Sends a body as it is made, and ends its making when the client is gone. A browser saves it, and runs none of it. */
import type { ServerResponse } from "node:http";
import type { Context } from "koa";
import { roomIn } from "../../http/room-in.ts";
import type { StreamedBody } from "./operation.ts";

/** What others have written is in it: nothing of it may act for the caller. */
const HARMLESS = { "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox" };

/** Sends the body to its end, or as far as it comes: a client that got a part of it sees that it is not all. */
export async function sendStream(
  ctx: Context,
  { pieces, type, filename, size, idleMs, close }: StreamedBody,
): Promise<void> {
  const { res } = ctx;
  try {
    ctx.status = 200;
    ctx.attachment(filename);
    ctx.set({ ...HARMLESS, "Content-Type": type, ...(size === undefined ? {} : { "Content-Length": String(size) }) });
    // Koa does not answer: this does.
    ctx.respond = false;
    res.statusCode = 200;
    const isWhole = ctx.method === "HEAD" || (await sendAll(res, pieces, idleMs));
    if (isWhole) res.end();
    else res.destroy();
  } catch {
    // Whoever made the pieces has told the log.
    res.destroy();
  } finally {
    await close();
  }
}

/** Whether the client took all of it. */
async function sendAll(res: ServerResponse, pieces: AsyncIterable<Uint8Array>, idleMs: number): Promise<boolean> {
  res.flushHeaders();
  for await (const piece of pieces) {
    if (!res.write(piece) && !(await isTaken(res, idleMs))) return false;
  }
  return true;
}

async function isTaken(res: ServerResponse, idleMs: number): Promise<boolean> {
  const late = new AbortController();
  const limit = setTimeout(() => late.abort(), idleMs);
  await roomIn(res, late.signal);
  clearTimeout(limit);
  return !late.signal.aborted;
}
