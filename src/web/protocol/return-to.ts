/** Where a visitor is led after signing in: to a page of ours, whatever was asked for. */

/** No host of anybody's: only its path matters. */
const NOWHERE = "http://keyside.invalid";

/** What is there for those who are not signed in: nobody returns to it. */
const NOT_AGAIN = /^\/-\/sign_/;

/**
 * The path and query in `text`, if that is a path of ours; else undefined.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Unvalidated_Redirects_and_Forwards_Cheat_Sheet.html
 */
export function readReturnTo(text: string | undefined): string | undefined {
  if (text === undefined || text.length > 2000 || !text.startsWith("/")) return undefined;
  if (!URL.canParse(text, NOWHERE)) return undefined;
  // As browsers read it: `/\\host` and `//host` are other hosts, and `/./` is nothing.
  const { origin, pathname, search } = new URL(text, NOWHERE);
  if (origin !== NOWHERE || pathname.startsWith("//") || NOT_AGAIN.test(pathname)) return undefined;
  return pathname + search;
}
