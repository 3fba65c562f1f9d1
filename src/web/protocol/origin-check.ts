/**
 * Whether a form was sent by a page of ours. It stands in the place of tokens in forms: browsers say where a request comes
 * from, and what says nothing is refused.
 */
import type { IncomingHttpHeaders } from "node:http";

/**
 * Whether a request that may change something comes from this very origin, or from the user alone. Browsers send
 * `Sec-Fetch-Site` where the page is a secure context; elsewhere, as on plain http, `Origin` alone.
 *
 * @param baseUrl Keyside's URL for clients
 * @see docs/spec/web.md "Sign-in and sessions"
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function isFromOurPages(headers: IncomingHttpHeaders, baseUrl: string): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin" || site === "none";
  const { origin, host } = headers;
  if (origin === undefined || !URL.canParse(origin)) return false;
  return origin === new URL(baseUrl).origin || new URL(origin).host === host?.toLowerCase();
}
