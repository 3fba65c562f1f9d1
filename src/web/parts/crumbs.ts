/** Where a page lies: the way from the top down to it. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { Href } from "../protocol/page-links.ts";

/** A step of the way; the last one is the page itself, and leads nowhere. */
export interface Crumb {
  readonly name: string;
  readonly href?: Href;
}

/** The way to a page; nothing where there is none. */
export function crumbs(way: readonly Crumb[]): SafeHtml | null {
  if (way.length === 0) return null;
  const steps = way.map(({ name, href }, place) => {
    if (place === way.length - 1) return html`<li><span aria-current="page"><bdi>${name}</bdi></span></li>`;
    return href === undefined
      ? html`<li><span><bdi>${name}</bdi></span></li>`
      : html`<li><a href="${href}"><bdi>${name}</bdi></a></li>`;
  });
  return html`<nav class="crumbs" aria-label="Breadcrumbs"><ol>${steps}</ol></nav>`;
}
