/** What stands around the control of every field: its label, what is wrong with it, and a hint. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { FormState } from "../protocol/form-state.ts";

/** What a field says of itself. */
export interface FieldWords {
  /** Of the field in the form; the id of its control, or of the first of its controls. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string | SafeHtml;
  readonly isOptional?: boolean;
}

/** A field with one control, which has the field's name as its id and is described as {@link described} says. */
export function labelled(form: FormState, words: FieldWords, control: SafeHtml): SafeHtml {
  return html`<div class="f">
<label for="${words.name}">${labelOf(words)}</label>
${control}
${remarks(form, words)}
</div>`;
}

/** A field with several controls, such as boxes; what is said of it is said of all of them. */
export function grouped(form: FormState, words: FieldWords, controls: SafeHtml): SafeHtml {
  const ids = describing(form, words);
  const described = ids.length === 0 ? null : html` aria-describedby="${ids.join(" ")}"`;
  return html`<fieldset class="f"${described}>
<legend>${labelOf(words)}</legend>
${controls}
${remarks(form, words)}
</fieldset>`;
}

/** The attributes of a control that tie it to what is said of it: its problem first, then its hint. */
export function described(form: FormState, words: FieldWords): SafeHtml | null {
  const ids = describing(form, words);
  if (ids.length === 0) return null;
  const invalid = form.problem(words.name) === undefined ? null : html` aria-invalid="true"`;
  return html`${invalid} aria-describedby="${ids.join(" ")}"`;
}

function labelOf({ label, isOptional }: FieldWords): SafeHtml {
  return html`${label}${isOptional === true ? html` <span class="optional">optional</span>` : null}`;
}

function remarks(form: FormState, { name, label, hint }: FieldWords): SafeHtml {
  const problem = form.problem(name);
  return html`${problem === undefined ? null : html`<p class="wrong" id="${`${name}-problem`}"><bdi>${label} ${problem}</bdi></p>`}
${hint === undefined ? null : html`<p class="hint" id="${`${name}-hint`}">${hint}</p>`}`;
}

function describing(form: FormState, { name, hint }: FieldWords): string[] {
  return [
    ...(form.problem(name) === undefined ? [] : [`${name}-problem`]),
    ...(hint === undefined ? [] : [`${name}-hint`]),
  ];
}
