/** The menu at the side: the pages that belong together. On a narrow screen it is a strip that scrolls. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { Href } from "../protocol/page-links.ts";
import { type IconName, icon } from "./icon.ts";
import { countInWords } from "./number.ts";

/** A page in the menu. */
export interface SideItem {
  readonly name: string;
  readonly href: Href;
  readonly icon: IconName;
  readonly isCurrent: boolean;
  /** A number of its things, shown at the end. */
  readonly count?: number;
}

/** A menu: what it is about, and its groups of pages. */
export interface SideMenu {
  /** What all its pages are about, for those who hear the page. */
  readonly label: string;
  readonly groups: readonly { readonly title?: string; readonly items: readonly SideItem[] }[];
}

/** The menu of a page. */
export function side({ label, groups }: SideMenu): SafeHtml {
  const shown = groups.map(
    ({ title, items }) => html`${title === undefined ? null : html`<p>${title}</p>`}<ul>${items.map(item)}</ul>`,
  );
  return html`<nav class="side" aria-label="${label}">${shown}</nav>`;
}

function item({ name, href, icon: shown, isCurrent, count }: SideItem): SafeHtml {
  const number = count === undefined ? null : html`<span class="count">${countInWords(count)}</span>`;
  const inner = html`${icon(shown)}<bdi>${name}</bdi>${number}`;
  return isCurrent
    ? html`<li><a href="${href}" aria-current="page">${inner}</a></li>`
    : html`<li><a href="${href}">${inner}</a></li>`;
}
