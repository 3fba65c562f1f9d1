/** One line of JSON a request: method, path, status, duration. Never a header, a query or a body: secrets travel there. */
import type { Middleware } from "koa";
import type { Logger } from "pino";
import type { IdSource } from "../ids.ts";

/** Middleware that gives each request an id, answered as `X-Request-Id`, and logs it when it is done. */
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
