/** When something ends: its day, and in how many days that is. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { ENDS_SOON_DAYS } from "../../access-tokens/token-standing.ts";
import { daysBetween, utcDate } from "../../clock.ts";
import { badge } from "./badge.ts";
import { day } from "./moment.ts";
import { counted } from "./number.ts";

/** The end. `date`: the day that it begins to be over, `YYYY-MM-DD` in UTC; null: it does not end. */
export function ends(date: string | null, now: Date): SafeHtml {
  if (date === null) return html`<span class="muted">no end date</span>`;
  const days = daysLeft(date, now);
  const words = endsIn(date, now);
  return html`${day(date)}<p class="sub">${days <= 0 ? badge(words, "bad") : days <= ENDS_SOON_DAYS ? badge(words, "warn") : words}</p>`;
}

/** In how many days something ends: `in 3 days`. `date`: `YYYY-MM-DD`. */
export function endsIn(date: string, now: Date): string {
  const days = daysLeft(date, now);
  if (days <= 0) return "expired";
  return days === 1 ? "within a day" : `in ${counted(days, "day")}`;
}

/** Days that have begun count: what ends tomorrow has one left. */
function daysLeft(date: string, now: Date): number {
  return daysBetween(utcDate(now), date);
}
