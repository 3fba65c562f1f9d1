/** The starts for a new token, as links that fill the form. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { PRESETS } from "./presets.ts";
import type { TokenPlace } from "./token-place.ts";

/** A link for each start, with what it is for. */
export function presetLinks({ links }: TokenPlace): SafeHtml {
  const items = PRESETS.slice(0, 3).map(
    ({ name, words, about }) =>
      html`<li><a href="${links.add({ preset: name })}"><strong>${words}</strong><span class="sub">${about}</span></a></li>`,
  );
  return html`<ul class="starts" role="list">${items}</ul>`;
}
