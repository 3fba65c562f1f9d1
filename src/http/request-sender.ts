/** Where a request that Koa handles comes from, in the words in which the doors pass it on. */
import type { Context } from "koa";
import { hangUpSignal } from "./hang-up.ts";

/** Where a request comes from, and the id under which the log has it. */
export function originOf(ctx: Context): { address: string; client: string | undefined; requestId: string } {
  return { address: ctx.ip, client: ctx.req.headers["user-agent"], requestId: ctx.state["requestId"] };
}

/** Who sends a request: the client's address, what it calls itself, and a signal that aborts when it hangs up. */
export function senderOf(ctx: Context): { address: string; client: string | undefined; signal: AbortSignal } {
  return { address: ctx.ip, client: ctx.req.headers["user-agent"], signal: hangUpSignal(ctx.res) };
}
