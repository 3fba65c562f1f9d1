/** How long web sessions live. @see docs/spec/web.md "Sign-in and sessions" */
import { DAY_MS } from "../clock.ts";

/** Without use, a session ends after so many days. */
const IDLE_DAYS = 7;

/** However often it is used, it ends after so many: a browser need not keep its cookie any longer. */
export const MAXIMUM_SESSION_DAYS = 30;

/** The moments up to which a last use, and a creation, are too long ago. */
export function webSessionCutoffs(now: Date): { readonly idle: Date; readonly old: Date } {
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);
  return { idle: daysAgo(IDLE_DAYS), old: daysAgo(MAXIMUM_SESSION_DAYS) };
}
