/** When something ends: its day, and in how many days that is. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { badge } from "./badge.ts";
import { day } from "./moment.ts";
import { counted } from "./number.ts";

/** What ends within so many days needs attention. @see docs/spec/web.md "Access tokens" */
const SOON_DAYS = 14;

const DAY_MS = 24 * 60 * 60 * 1000;

/** The end. `date`: the day that it begins to be over, `YYYY-MM-DD` in UTC; null: it does not end. */
export function ends(date: string | null, now: Date): SafeHtml {
  if (date === null) return html`<span class="muted">no end date</span>`;
  const days = Math.ceil((Date.parse(`${date}T00:00:00Z`) - now.getTime()) / DAY_MS);
  return html`${day(date)}<p class="sub">${distance(days)}</p>`;
}

function distance(days: number): string | SafeHtml {
  if (days <= 0) return badge("expired", "bad");
  const words = days === 1 ? "within a day" : `in ${counted(days, "day")}`;
  return days <= SOON_DAYS ? badge(words, "warn") : words;
}
