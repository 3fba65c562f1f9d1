/** Buttons that do something at once: a form of its own each, so that they work without a script. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { Href } from "../protocol/page-links.ts";

/** What a button does. */
export interface Act {
  readonly action: Href;
  /** A verb. */
  readonly words: string;
  /** What it does it to, for those who hear the button alone. */
  readonly object?: string;
  readonly kind?: "plain" | "primary" | "danger" | "link";
}

/** A button that sends a form without fields. */
export function act({ action, words, object, kind = "plain" }: Act): SafeHtml {
  const about = object === undefined ? null : html`<span class="vh"> <bdi>${object}</bdi></span>`;
  return html`<form method="post" action="${action}"><button class="${`btn ${kind}`}" type="submit">${words}${about}</button></form>`;
}
