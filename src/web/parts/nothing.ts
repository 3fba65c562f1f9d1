/** What stands in place of a table without rows. */
import { html, type SafeHtml } from "@remix-run/html-template";

/** A sentence that says what there is none of. Where a page has nothing at all yet, it begins with `emptyState`. */
export function nothing(text: string | SafeHtml): SafeHtml {
  return html`<div class="card"><p class="nothing">${text}</p></div>`;
}
