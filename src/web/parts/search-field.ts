/** A search in a list: a form that is sent as a GET, so that what was found has an address. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { Href } from "../protocol/page-links.ts";
import { hiddenField } from "./field.ts";
import { icon } from "./icon.ts";

/** A search. */
export interface Search {
  readonly action: Href;
  /** What is searched: `Search tokens`. */
  readonly label: string;
  /** What may be typed: `Name, bot or last four`. */
  readonly placeholder: string;
  /** What was searched for last. */
  readonly value: string;
  /** What else the address says and is to stay, such as a filter. */
  readonly keep?: Readonly<Record<string, string>>;
}

/** The search, whose field is called `search`. The key `/` leads into it. */
export function searchField({ action, label, placeholder, value, keep = {} }: Search): SafeHtml {
  const kept = Object.entries(keep).map(([name, each]) => hiddenField(name, each));
  return html`<form class="search" role="search" method="get" action="${action}" aria-label="${label}">
${kept}<input type="search" name="search" value="${value}" aria-label="${label}" placeholder="${placeholder}" maxlength="255" spellcheck="false" data-search>
<button class="btn" type="submit">${icon("search")}<span class="vh">Search</span></button>
</form>`;
}
