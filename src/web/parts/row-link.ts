/** A link of a row, which looks like a button. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { Href } from "../protocol/page-links.ts";

/** The link. `object`: what it is about, for those who hear it alone. */
export function rowLink({ href, words, object }: { href: Href; words: string; object: string }): SafeHtml {
  return html`<a class="btn" href="${href}" aria-label="${words} ${object}">${words}</a>`;
}
