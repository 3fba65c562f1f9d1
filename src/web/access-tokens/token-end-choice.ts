/** When a token is to end, as people choose it: in some days, at a date, or never. */
import { addDays, utcDate } from "../../clock.ts";
import type { FormState } from "../protocol/form-state.ts";

/** The choices, in their order, with their words. */
const CHOICES = { "30": "30 days", "90": "90 days", "365": "1 year", none: "No end date", date: "A date" } as const;

/** A choice: a number of days, `none`, or `date` with a date in the field beside it. */
export type EndChoice = keyof typeof CHOICES;

/** What is chosen for those who choose nothing. */
const DEFAULT_END: EndChoice = "90";

/** The choices that there are. `maxDays`: how long a token may live on this instance; then each has an end. */
export function endChoices(
  maxDays: number | undefined,
  hasNone: boolean,
): readonly { value: EndChoice; words: string }[] {
  return (["30", "90", "365", "none", "date"] as const)
    .filter((value) => (value === "none" ? hasNone && maxDays === undefined : !(Number(value) > (maxDays ?? Infinity))))
    .map((value) => ({ value, words: CHOICES[value] }));
}

/**
 * The date that was chosen, as a form sends it: `YYYY-MM-DD`, undefined for none. What is no date is passed on, for the
 * schema to refuse: whoever chose a date and gave none did not choose to have no end.
 */
export function endDate(form: FormState, now: Date): string | undefined {
  const choice = form.value("expires_in");
  if (choice === "none") return undefined;
  return inDays(choice, now) ?? form.value("expires_at");
}

/** The fields of the end that an address asks for, by a date or any number of days; else of the usual one, or of the last there is. */
export function askedEnd(
  asked: FormState,
  now: Date,
  maxDays: number | undefined,
): { readonly expires_in: string; readonly expires_at: string } {
  const [choice, date] = [asked.value("expires_in"), asked.value("expires_at")];
  if (date !== "") return { expires_in: "date", expires_at: date };
  if (isChoice(choice)) return { expires_in: choice, expires_at: "" };
  const days = inDays(choice, now);
  if (days !== undefined) return { expires_in: "date", expires_at: days };
  if (maxDays === undefined || maxDays >= Number(DEFAULT_END)) return { expires_in: DEFAULT_END, expires_at: "" };
  return { expires_in: "date", expires_at: addDays(utcDate(now), maxDays) };
}

function isChoice(value: string): value is EndChoice {
  return Object.hasOwn(CHOICES, value);
}

/** The date in a number of days; undefined for what is no such number. */
function inDays(choice: string, now: Date): string | undefined {
  return /^[1-9]\d{0,4}$/.test(choice) ? addDays(utcDate(now), Number(choice)) : undefined;
}
