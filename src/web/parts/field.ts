/** The fields of forms: a label, a control, a hint, and what is wrong with it. The id of a control is its field's name. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { CONFIRMATION_FIELD, type FormState } from "../protocol/form-state.ts";

/** A field of one line. */
export interface TextField {
  readonly name: string;
  readonly label: string;
  readonly type?: "text" | "email" | "password" | "search" | "date" | "number";
  /** How browsers fill it. @see https://html.spec.whatwg.org/#autofill */
  readonly autocomplete?: string;
  readonly hint?: string | SafeHtml;
  readonly maximumLength?: number;
  readonly minimumLength?: number;
  readonly isOptional?: boolean;
  readonly isMono?: boolean;
}

/** A field of one line with what was typed in it; a password is always empty. */
export function textField(form: FormState, field: TextField): SafeHtml {
  const { name, type = "text", maximumLength, minimumLength } = field;
  const attributes = [
    field.autocomplete === undefined ? null : html` autocomplete="${field.autocomplete}"`,
    maximumLength === undefined ? null : html` maxlength="${maximumLength}"`,
    minimumLength === undefined ? null : html` minlength="${minimumLength}"`,
    field.isOptional === true ? null : html` required`,
    type === "text" || type === "search" ? html` spellcheck="false"` : null,
    field.isMono === true ? html` class="mono"` : null,
  ];
  const control = html`<input id="${name}" name="${name}" type="${type}" value="${form.value(name)}"${attributes}${described(form, name, field.hint)}>`;
  return labelled(form, field, control);
}

/** A value that travels with a form; nothing where it is empty. */
export function hiddenField(name: string, value: string): SafeHtml | null {
  return value === "" ? null : html`<input type="hidden" name="${name}" value="${value}">`;
}

/** A label, a control and what is said of it. */
function labelled(
  form: FormState,
  { name, label, hint, isOptional }: Pick<TextField, "name" | "label" | "hint" | "isOptional">,
  control: SafeHtml,
): SafeHtml {
  const problem = form.problem(name);
  return html`<div class="f">
<label for="${name}">${label}${isOptional === true ? html` <span class="optional">optional</span>` : null}</label>
${control}
${problem === undefined ? null : html`<p class="wrong" id="${`${name}-problem`}"><bdi>${label} ${problem}</bdi></p>`}
${hint === undefined ? null : html`<p class="hint" id="${`${name}-hint`}">${hint}</p>`}
</div>`;
}

/** What a control is described by: its problem first, then its hint. */
function described(form: FormState, name: string, hint: string | SafeHtml | undefined): SafeHtml | null {
  const isWrong = form.problem(name) !== undefined;
  const ids = [...(isWrong ? [`${name}-problem`] : []), ...(hint === undefined ? [] : [`${name}-hint`])];
  if (ids.length === 0) return null;
  return html`${isWrong ? html` aria-invalid="true"` : null} aria-describedby="${ids.join(" ")}"`;
}

/** The password again, where the visitor has to confirm; nothing elsewhere. @see docs/spec/web.md "Sign-in and sessions" */
export function confirmationField(form: FormState, needsPassword: boolean): SafeHtml | null {
  if (!needsPassword) return null;
  return textField(form, {
    name: CONFIRMATION_FIELD,
    label: CONFIRMATION_LABEL,
    type: "password",
    autocomplete: "current-password",
    hint: "To confirm that it is you: it was given more than an hour ago.",
  });
}

/** What the field of a confirmation is called. */
export const CONFIRMATION_LABEL = "Your password";
