/** The field in which people choose when a token ends. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { addDays, utcDate } from "../../clock.ts";
import { chips } from "../parts/chips.ts";
import { dayInWords } from "../parts/moment.ts";
import type { FormState } from "../protocol/form-state.ts";
import { endChoices, endDate } from "./token-end-choice.ts";

/** What forms of tokens need besides what was typed. */
export interface FormSurroundings {
  readonly now: Date;
  /** How long a token may live on this instance, in days; undefined: for ever. */
  readonly maxDays: number | undefined;
  readonly needsPassword: boolean;
}

/** When a token is to end. `hasNone`: whether it may have no end. */
export function endField(form: FormState, { now, maxDays }: FormSurroundings, hasNone: boolean): SafeHtml {
  const max = maxDays === undefined ? null : html` max="${addDays(utcDate(now), maxDays)}"`;
  const date = html`<input type="date" name="expires_at" id="expires_at" aria-label="End date" value="${endDate(form, now) ?? ""}" min="${addDays(utcDate(now), 1)}"${max}>`;
  const problem = form.problem("expires_at");
  const limit = `It dies when its end date begins, at 00:00 UTC.${maxDays === undefined ? "" : ` This instance allows ${maxDays} days at most.`}`;
  return html`${chips(form, { name: "expires_in", label: "Ends", kind: "radio", choices: endChoices(maxDays, hasNone), more: date, hint: limit })}
${problem === undefined ? null : html`<p class="wrong"><bdi>End date ${problem}</bdi></p>`}`;
}

/** How long a token lives that ends so, in words that follow "it will". `date`: `YYYY-MM-DD`, or undefined for ever. */
export function lifeInWords(date: string | undefined): SafeHtml {
  if (date === undefined) return html`work until somebody revokes it`;
  if (!isDate(date)) return html`end at the date that is chosen`;
  return html`die when <time datetime="${`${date}T00:00Z`}">${dayInWords(date)}</time> begins, at 00:00 UTC: its last whole day is ${dayInWords(addDays(date, -1))}`;
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}
