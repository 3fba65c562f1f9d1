/** Sends JSON as exactly `application/json`. @see RFC 8259 section 11 */
import type { Context } from "koa";

/** Without the charset that Koa adds: the type has no such parameter, and python-gitlab compares the whole value. */
export const JSON_TYPE = "application/json";

/** Sets the body and its type. */
export function sendJson(ctx: Context, body: unknown): void {
  ctx.body = body;
  ctx.set("Content-Type", JSON_TYPE);
}
