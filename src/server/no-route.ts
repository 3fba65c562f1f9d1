/** Answers the requests that no route took. */
import type { RouterContext } from "@koa/router";
import type { Context, Middleware } from "koa";
import { NotFoundError } from "../errors.ts";
import { sendJson } from "../http/send-json.ts";

/** The methods that mean something to Keyside, wherever they are allowed. @see RFC 9110 section 9.3; RFC 5789 */
const KNOWN_METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"]);

/**
 * Middleware that answers 405 where the address has other methods, 501 where nobody knows the method; OPTIONS says
 * which methods there are. None of that depends on what the address names, or on the caller.
 *
 * @throws NotFoundError when there is no such address
 * @see RFC 9110 sections 15.5.6 and 15.6.2
 */
export const noRoute: Middleware = (ctx) => {
  const { matched = [] } = ctx as Partial<Pick<RouterContext, "matched">>;
  if (!KNOWN_METHODS.has(ctx.method)) return refuse(ctx, 501, "501 Not Implemented");
  const routes = matched.filter(({ methods }) => methods.length > 0);
  // `/members/all` fits `/members/:user_id` too: an address belongs to the first of the routes that it fits.
  const methods = routes.filter(({ path }) => path === routes[0]?.path).flatMap((route) => route.methods);
  if (methods.length === 0) throw new NotFoundError("Route");
  ctx.set("Allow", [...new Set([...methods, "OPTIONS"])].sort().join(", "));
  if (ctx.method === "OPTIONS") ctx.status = 204;
  else refuse(ctx, 405, "405 Not Allowed");
};

function refuse(ctx: Context, status: number, error: string): void {
  ctx.status = status;
  sendJson(ctx, { error });
}
