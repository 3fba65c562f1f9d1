/** The fields of forms that have one line. The id of a control is its field's name. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { CONFIRMATION_FIELD, type FormState } from "../protocol/form-state.ts";
import { described, type FieldWords, labelled } from "./labelled.ts";

/** A field of one line. */
export interface TextField extends FieldWords {
  readonly type?: "text" | "email" | "password" | "search" | "date" | "number";
  /** How browsers fill it. @see https://html.spec.whatwg.org/#autofill */
  readonly autocomplete?: string;
  readonly maximumLength?: number;
  readonly minimumLength?: number;
  /** The least and the most of a number or of a date. */
  readonly least?: string;
  readonly most?: string;
  readonly isMono?: boolean;
}

/** A field of one line with what was typed in it; a password is always empty. */
export function textField(form: FormState, field: TextField): SafeHtml {
  const { name, type = "text", maximumLength, minimumLength } = field;
  const attributes = [
    field.autocomplete === undefined ? null : html` autocomplete="${field.autocomplete}"`,
    maximumLength === undefined ? null : html` maxlength="${maximumLength}"`,
    minimumLength === undefined ? null : html` minlength="${minimumLength}"`,
    field.least === undefined ? null : html` min="${field.least}"`,
    field.most === undefined ? null : html` max="${field.most}"`,
    field.isOptional === true ? null : html` required`,
    type === "text" || type === "search" ? html` spellcheck="false"` : null,
    field.isMono === true ? html` class="mono"` : null,
  ];
  const control = html`<input id="${name}" name="${name}" type="${type}" value="${form.value(name)}"${attributes}${described(form, field)}>`;
  return labelled(form, field, control);
}

/** A value that travels with a form; nothing where it is empty. */
export function hiddenField(name: string, value: string): SafeHtml | null {
  return value === "" ? null : html`<input type="hidden" name="${name}" value="${value}">`;
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
