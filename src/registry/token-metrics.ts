/** Counts and times the requests to the token endpoint. */
import type { Middleware } from "koa";
import { CLIENT_GONE_STATUS } from "../http/error-handler.ts";
import type { Metrics } from "../metrics.ts";

/** Middleware that measures requests; it must stand before the error handler. The route sets `ctx.state.grant`. */
export function measureTokenRequests({ tokenRequests, tokenDuration }: Metrics): Middleware {
  return async (ctx, next) => {
    const start = performance.now();
    await next();
    const grant = String(ctx.state.grant ?? "unreadable");
    tokenRequests.inc({ grant, outcome: outcomeOf(ctx.status) });
    tokenDuration.observe({ grant }, (performance.now() - start) / 1000);
  };
}

function outcomeOf(status: number): string {
  switch (status) {
    case 200:
      return "issued";
    case 401:
      return "unauthorized";
    case 429:
      return "throttled";
    case CLIENT_GONE_STATUS:
      return "abandoned";
    case 503:
      return "unavailable";
    default:
      return status < 500 ? "invalid" : "failed";
  }
}
