/** The head of a part of a page. */
import { html, type SafeHtml } from "@remix-run/html-template";

/** The head of a part. `id`: of the title, for what it names; `about`: a sentence or two; `acts`: buttons. */
export function sectionHead(
  id: string,
  title: string | SafeHtml,
  about?: string | SafeHtml,
  acts?: SafeHtml,
): SafeHtml {
  return html`<div class="head"><div><h2 id="${id}">${title}</h2>${about === undefined ? null : html`<p>${about}</p>`}</div>${acts}</div>`;
}
