/** The cookies of the web page: their names and their properties, in one place. Nothing else sets any. */
import type { Context } from "koa";
import { MAXIMUM_SESSION_DAYS } from "../../authentication/web-session-life.ts";

/** A cookie that an answer sets; a value of null deletes it. */
export interface CookieChange {
  readonly name: string;
  readonly value: string | null;
  /** Without it, the cookie ends with the browser. */
  readonly maxAgeSeconds?: number;
  /** `/` unless given. */
  readonly path?: string;
  /** `lax` unless given. */
  readonly sameSite?: "strict";
}

/**
 * The name of the cookie that holds a session's secret. With https, browsers take it from this very host alone.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6265bis, "Cookie Name Prefixes"
 */
export function sessionCookieName(isHttps: boolean): string {
  return isHttps ? "__Host-keyside" : "keyside";
}

/** The longest that any session lives: the server knows better. */
const SESSION_COOKIE_SECONDS = MAXIMUM_SESSION_DAYS * 24 * 60 * 60;

/** The cookie of a session: its secret, or null where there is none any more. */
export function sessionCookie(secret: string | null, isHttps: boolean): CookieChange {
  return { name: sessionCookieName(isHttps), value: secret, maxAgeSeconds: SESSION_COOKIE_SECONDS };
}

/** Which of the themes somebody chose. */
export const THEME_COOKIE = "keyside_theme";

/** What the next page is to say of what was done. */
export const NOTICE_COOKIE = "keyside_notice";

/** Sets or deletes cookies: scripts never read any, and with https they travel by https alone. */
export function changeCookies(ctx: Context, changes: readonly CookieChange[], isHttps: boolean): void {
  // TLS ends at the operator's proxy: the connection says nothing of it.
  ctx.cookies.secure = isHttps;
  for (const { name, value, maxAgeSeconds, path = "/", sameSite = "lax" } of changes) {
    const age = maxAgeSeconds === undefined ? {} : { maxAge: maxAgeSeconds * 1000 };
    ctx.cookies.set(name, value, { httpOnly: true, secure: isHttps, sameSite, path, overwrite: true, ...age });
  }
}
