/** A field with one of a few known values, which would be too many or too long for chips. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { FormState } from "../protocol/form-state.ts";
import type { Choice } from "./chips.ts";
import { described, type FieldWords, labelled } from "./labelled.ts";

/** A field with one of some values; the first one holds unless another is chosen. */
export interface SelectField extends FieldWords {
  readonly choices: readonly Choice[];
}

/** A list that opens, with what was chosen of it. */
export function selectField(form: FormState, field: SelectField): SafeHtml {
  const { name } = field;
  const chosen = form.value(name);
  const options = field.choices.map(({ value, words }) => {
    const selected = value === chosen ? html` selected` : null;
    return html`<option value="${value}"${selected}>${words}</option>`;
  });
  return labelled(form, field, html`<select id="${name}" name="${name}"${described(form, field)}>${options}</select>`);
}
