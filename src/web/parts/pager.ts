/** Pages of a list. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { z } from "zod";
import { id } from "../../schemas/fields.ts";
import type { Href } from "../protocol/page-links.ts";
import { icon } from "./icon.ts";
import { countInWords } from "./number.ts";

/** The query of every list: which page, from 1. */
export const pageQuery = z.object({ page: id().default(1) });

/** Where one is in a list, and the way on and back; nothing where all is on one page. `total`: how many there are on all pages. */
export function pager({
  page,
  perPage,
  total,
  at,
}: {
  page: number;
  perPage: number;
  total: number;
  at: (page: number) => Href;
}): SafeHtml | null {
  const pages = Math.max(1, Math.ceil(total / perPage));
  if (pages === 1 && page === 1) return null;
  const [first, last] = [(page - 1) * perPage + 1, Math.min(page * perPage, total)];
  const back =
    page > 1
      ? html`<a class="btn" rel="prev" href="${at(Math.min(page - 1, pages))}">${icon("previous")}Previous</a>`
      : null;
  const on = page < pages ? html`<a class="btn" rel="next" href="${at(page + 1)}">Next${icon("next")}</a>` : null;
  return html`<nav class="pager" aria-label="Pages"><p class="sub num">${first > total ? `Nothing on page ${page}` : `${countInWords(first)}–${countInWords(last)} of ${countInWords(total)}`}</p><div class="acts">${back}${on}</div></nav>`;
}
