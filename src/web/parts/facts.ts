/** What is known of a thing: names and values, one a line. */
import { html, type SafeHtml } from "@remix-run/html-template";

/** A fact: what it is about, what it is, and what more there is to say of it. */
export interface Fact {
  readonly name: string;
  readonly value: string | SafeHtml;
  readonly note?: string | SafeHtml;
}

/** The facts, in their order. */
export function facts(list: readonly Fact[]): SafeHtml {
  const items = list.map(
    ({ name, value, note }) =>
      html`<div><dt>${name}</dt><dd>${value}${note === undefined ? null : html`<p class="sub">${note}</p>`}</dd></div>\n`,
  );
  return html`<dl class="facts">
${items}</dl>`;
}
