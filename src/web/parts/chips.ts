/** Choices that are all in sight: radio buttons or boxes that look like chips. The browser does the rest, without a script. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { FormState } from "../protocol/form-state.ts";
import { type FieldWords, grouped } from "./labelled.ts";

/** One of the values of a field, and what people read for it. */
export interface Choice {
  readonly value: string;
  readonly words: string;
}

/** A field with one (`radio`) or with any (`checkbox`) of some values. */
export interface Chips extends FieldWords {
  readonly kind: "radio" | "checkbox";
  readonly choices: readonly Choice[];
  /** What stands after the last one: a field for what is not among them. */
  readonly more?: SafeHtml;
}

/** The chips, those that were chosen marked. */
export function chips(form: FormState, field: Chips): SafeHtml {
  const { name, kind, more } = field;
  const chosen = form.values(name);
  const choices = field.choices.map(({ value, words }, place) => {
    const id = place === 0 ? name : `${name}-${value}`;
    const checked = chosen.includes(value) ? html` checked` : null;
    return html`<label class="choice"><input type="${kind}" id="${id}" name="${name}" value="${value}"${checked}><span>${words}</span></label>`;
  });
  return grouped(form, field, html`<div class="chips">${choices}${more}</div>`);
}
