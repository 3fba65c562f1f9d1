/**
 * A part of a page that changes while one looks at it. The script asks for a page that has the same part, by its id, and puts
 * it in the place of this one: what it says is made in one place, and without a script the page that answers says it.
 */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { Href } from "../protocol/page-links.ts";

/** A part that is asked for again. */
export interface Renewed {
  /** Of its own on the page, and on the page that answers. */
  readonly id: string;
  /** The page that answers, which is a GET. */
  readonly from: Href;
  /** `form`: when the form around it changes, with its fields as the query, no password among them; else every so many seconds. */
  readonly on: "form" | number;
}

/** The part; once the page that answers has it in {@link settled}, it is asked for no more. */
export function renewed({ id, from, on }: Renewed, content: SafeHtml): SafeHtml {
  return html`<div id="${id}" role="status" data-renew="${on}" data-from="${from}">${content}</div>`;
}

/** The part as it stays. */
export function settled(id: string, content: SafeHtml): SafeHtml {
  return html`<div id="${id}" role="status">${content}</div>`;
}

/** A line that waits for something to happen. */
export function waiting(words: string | SafeHtml): SafeHtml {
  return html`<p class="live"><span class="dot"></span><span>${words}</span></p>`;
}
