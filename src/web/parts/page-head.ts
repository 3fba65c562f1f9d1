/** The head of a page: its one `h1`, what it is for, and what can be done with all of it. */
import { html, type SafeHtml } from "@remix-run/html-template";

/** The head of a page. `about`: a sentence or two; `acts`: buttons. */
export function pageHead(title: string, about?: string | SafeHtml, acts?: SafeHtml): SafeHtml {
  return html`<div class="head"><div><h1><bdi>${title}</bdi></h1>${about === undefined ? null : html`<p>${about}</p>`}</div>${acts}</div>`;
}
