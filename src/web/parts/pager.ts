/** Pages of a list. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { z } from "zod";
import { id } from "../../schemas/fields.ts";
import type { Href } from "../protocol/page-links.ts";
import { icon } from "./icon.ts";
import { countInWords } from "./number.ts";

/** The query of every list: which page, from 1. */
export const pageQuery = z.object({ page: id().default(1) });

/** Where one is in a list, and the way on and back; nothing where all is on one page. */
export function pager({
  page,
  perPage,
  total,
  hasMore = false,
  at,
}: {
  page: number;
  perPage: number;
  /** Undefined where nobody counted so far. */
  total: number | undefined;
  /** Whether there is a next page, where nobody counted. */
  hasMore?: boolean;
  at: (page: number) => Href;
}): SafeHtml | null {
  const pages = total === undefined ? (hasMore ? page + 1 : page) : Math.max(1, Math.ceil(total / perPage));
  if (pages === 1 && page === 1) return null;
  const back =
    page > 1
      ? html`<a class="btn" rel="prev" href="${at(Math.min(page - 1, pages))}">${icon("previous")}Previous</a>`
      : null;
  const on = page < pages ? html`<a class="btn" rel="next" href="${at(page + 1)}">Next${icon("next")}</a>` : null;
  return html`<nav class="pager" aria-label="Pages"><p class="sub num">${placeInWords(page, perPage, total)}</p><div class="acts">${back}${on}</div></nav>`;
}

function placeInWords(page: number, perPage: number, total: number | undefined): string {
  const first = (page - 1) * perPage + 1;
  if (total === undefined) return `Page ${page}`;
  if (first > total) return `Nothing on page ${page}`;
  return `${countInWords(first)}–${countInWords(Math.min(page * perPage, total))} of ${countInWords(total)}`;
}
