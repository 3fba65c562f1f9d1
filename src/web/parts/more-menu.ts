/** What is seldom done with a row: a menu behind three dots. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { Href } from "../protocol/page-links.ts";
import { icon } from "./icon.ts";

/** The menu. `object`: what it is about, for those who hear it alone. */
export function moreMenu(object: string, items: readonly { readonly words: string; readonly href: Href }[]): SafeHtml {
  const links = items.map(({ words, href }) => html`<li><a href="${href}">${words}</a></li>`);
  return html`<details class="menu"><summary class="btn quiet">${icon("more")}<span class="vh">More for <bdi>${object}</bdi></span></summary><div class="card"><ul role="list">${links}</ul></div></details>`;
}
