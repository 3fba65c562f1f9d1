/** What is done with a list, above it: filters first, then the search. */
import { html, type SafeHtml } from "@remix-run/html-template";

/** A line of tools, which breaks where it is too long. */
export function toolbar(...tools: (SafeHtml | null)[]): SafeHtml {
  return html`<div class="toolbar">${tools}</div>`;
}
