/** Filters of a list, each a link, most with how many there are. The address says which one holds, so that it can be kept. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { Href } from "../protocol/page-links.ts";
import { countInWords } from "./number.ts";

/** A filter. */
export interface Pill {
  readonly name: string;
  readonly href: Href;
  readonly count?: number;
  readonly isCurrent: boolean;
}

/** The filters; `label`: what they do, for those who hear the page. */
export function filterPills(label: string, pills: readonly Pill[]): SafeHtml {
  const items = pills.map(({ name, href, count, isCurrent }) => {
    const current = isCurrent ? html` aria-current="true"` : null;
    const number = count === undefined ? null : html`<b>${countInWords(count)}</b> `;
    return html`<li><a href="${href}"${current}>${number}${name}</a></li>`;
  });
  return html`<nav class="pills" aria-label="${label}"><ul role="list">${items}</ul></nav>`;
}
