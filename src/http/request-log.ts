/**
 * Logs a line of JSON per request: method, path, status, duration. Never headers, queries or bodies: they hold secrets.
 */
import type { Middleware } from "koa";
import type { Logger } from "pino";
import type { IdSource } from "../ids.ts";

/** The header that tells a client its request's id. */
export const REQUEST_ID_HEADER = "X-Request-Id";

/** A request under way. */
export interface RequestRecord {
  readonly requestId: string;
  /** Logs the request: it is done, but for the sending of the answer. `ip` is the client's address. */
  done(request: { readonly method: string; readonly path: string; readonly status: number; readonly ip: string }): void;
}

/** Gives each request an id, and logs it when it is done. */
export function requestRecorder(log: Pick<Logger, "info">, ids: IdSource): () => RequestRecord {
  return () => {
    const requestId = ids.uuid();
    const start = performance.now();
    return {
      requestId,
      done({ method, path, status, ip }) {
        const ms = Math.round((performance.now() - start) * 10) / 10;
        log.info({ requestId, method, path, status, ms, ip }, "request");
      },
    };
  };
}

/** Middleware that records each request and sends its id; later middleware finds that in `ctx.state.requestId`. */
export function requestLog(begin: () => RequestRecord): Middleware {
  return async (ctx, next) => {
    const record = begin();
    ctx.state.requestId = record.requestId;
    ctx.set(REQUEST_ID_HEADER, record.requestId);
    await next();
    record.done(ctx);
  };
}
