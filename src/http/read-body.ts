/** Reads the body of a request, up to a limit, and ends connections that go on sending one that nobody reads. */
import type { IncomingMessage } from "node:http";
import type { Middleware } from "koa";
import { MalformedBodyError } from "../errors.ts";

/**
 * The bytes of a body; undefined when there are too many: the rest is then discarded.
 *
 * @throws MalformedBodyError when the client disconnects before the end
 */
export function readBody(request: IncomingMessage, maximumBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > maximumBytes) {
        request.removeAllListeners("data");
        request.resume();
        resolve(undefined);
      } else chunks.push(chunk);
    });
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("error", () => reject(new MalformedBodyError("the request body was cut off")));
  });
}

/** How long a request says that its body is; infinite where it does not say. */
export function announcedBytes({ headers }: IncomingMessage): number {
  return headers["transfer-encoding"] === undefined ? Number(headers["content-length"] ?? 0) : Infinity;
}

/** Up to this length, the rest of a body that is not read is worth the wait: the connection serves further requests. */
const MAXIMUM_DROPPED_BYTES = 64 * 1024;

/**
 * Middleware that closes the connection after an answer that was ready before the request's body had arrived, unless
 * the body is short: Node.js would read and drop the rest of it until the request's time limit.
 *
 * @see RFC 9112 section 9.6
 */
export const closeUnread: Middleware = async (ctx, next) => {
  await next();
  if (!ctx.req.complete && announcedBytes(ctx.req) > MAXIMUM_DROPPED_BYTES) ctx.set("Connection", "close");
};
