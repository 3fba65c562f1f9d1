/** What somebody or something can do and what not, each in words with an icon. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { icon } from "./icon.ts";

/** A thing that can be done, or cannot: the words say which. */
export interface Effect {
  readonly can: boolean;
  readonly words: string | SafeHtml;
}

/** The list without a frame. */
export function effectList(effects: readonly Effect[]): SafeHtml {
  const items = effects.map(({ can, words }) =>
    can
      ? html`<li class="yes">${icon("check")}<span>${words}</span></li>`
      : html`<li class="no">${icon("minus")}<span>${words}</span></li>`,
  );
  return html`<ul class="effects" role="list">${items}</ul>`;
}

/** The list with its title, beside the form that brings it about. */
export function effect(title: string, effects: readonly Effect[]): SafeHtml {
  return html`<section class="effect" aria-labelledby="effect-title"><h2 id="effect-title"><bdi>${title}</bdi></h2>${effectList(effects)}</section>`;
}
