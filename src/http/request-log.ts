/**
 * Logs a line of JSON per request: method, path, status, duration. Never headers, queries or bodies: they hold secrets.
 */
import type { Middleware } from "koa";
import type { Logger } from "pino";
import type { IdSource } from "../ids.ts";

/** Middleware that gives each request an id, sends it as `X-Request-Id`, and logs the request when it is done. */
export function requestLog(log: Logger, ids: IdSource): Middleware {
  return async (ctx, next) => {
    const requestId = ids.uuid();
    const start = performance.now();
    ctx.state.requestId = requestId;
    ctx.set("X-Request-Id", requestId);
    await next();
    const duration = Math.round((performance.now() - start) * 10) / 10;
    log.info(
      { requestId, method: ctx.method, path: ctx.path, status: ctx.status, ms: duration, ip: ctx.ip },
      "request",
    );
  };
}
