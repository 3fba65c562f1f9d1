/** The field in which people choose when a token ends. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { addDays, utcDate } from "../../clock.ts";
import { chips } from "../parts/chips.ts";
import { dayInWords } from "../parts/moment.ts";
import { FormState } from "../protocol/form-state.ts";
import { chosenEnd, endChoices, endDate } from "./token-end-choice.ts";

/** What forms of tokens need besides what was typed. */
export interface FormSurroundings {
  readonly now: Date;
  /** How long a token may live on this instance, in days; undefined: for ever. */
  readonly maxDays: number | undefined;
  readonly needsPassword: boolean;
}

/** When a token is to end. `hasNone`: whether it may have no end. */
export function endField(form: FormState, { now, maxDays }: FormSurroundings, hasNone: boolean): SafeHtml {
  const chosen = chosenEnd(form, maxDays);
  const state = new FormState({ expires_in: chosen });
  const date = endDate(form, now) ?? "";
  const latest = maxDays === undefined ? undefined : addDays(utcDate(now), maxDays);
  const max = latest === undefined ? null : html` max="${latest}"`;
  const input = html`<input type="date" name="expires_at" id="expires_at" aria-label="End date" value="${date}" min="${addDays(utcDate(now), 1)}"${max}>`;
  const limit = maxDays === undefined ? null : html` This instance allows ${maxDays} days at most.`;
  const problem = form.problem("expires_at");
  return html`${chips(state, { name: "expires_in", label: "Ends", kind: "radio", choices: endChoices(maxDays, hasNone), more: input, hint: html`${endHint(date)}${limit}` })}
${problem === undefined ? null : html`<p class="wrong"><bdi>End date ${problem}</bdi></p>`}`;
}

function endHint(date: string): SafeHtml {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return html`A token without an end date works until somebody revokes it.`;
  return html`It dies when <time datetime="${date}T00:00:00Z" data-zone>${dayInWords(date)}</time> begins, at 00:00 UTC: its last whole day is the one before.`;
}
