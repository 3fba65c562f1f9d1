/** A field of some lines, such as a list with one entry a line. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { FormState } from "../protocol/form-state.ts";
import { described, type FieldWords, labelled } from "./labelled.ts";

/** A field of some lines. */
export interface TextareaField extends FieldWords {
  readonly rows: number;
  readonly maximumLength?: number;
  readonly isMono?: boolean;
}

/** A field of some lines with what was typed in it. */
export function textareaField(form: FormState, field: TextareaField): SafeHtml {
  const { name, rows, maximumLength } = field;
  const attributes = [
    maximumLength === undefined ? null : html` maxlength="${maximumLength}"`,
    field.isOptional === true ? null : html` required`,
    field.isMono === true ? html` class="mono" spellcheck="false"` : null,
  ];
  // A browser drops the first line break, which therefore is ours.
  const control = html`<textarea id="${name}" name="${name}" rows="${rows}"${attributes}${described(form, field)}>
${form.value(name)}</textarea>`;
  return labelled(form, field, control);
}
