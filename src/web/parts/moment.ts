/** Moments and dates in words: in UTC, or relative to the clock of the service. A script adds the reader's own time. */
import { html, type SafeHtml } from "@remix-run/html-template";

const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

const ABSOLUTE = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

/** The units of a relative time: up to how many seconds each is used, and how many seconds it has. */
const UNITS = [
  { unit: "second", upTo: 60, seconds: 1 },
  { unit: "minute", upTo: 3_600, seconds: 60 },
  { unit: "hour", upTo: 86_400, seconds: 3_600 },
  { unit: "day", upTo: Number.POSITIVE_INFINITY, seconds: 86_400 },
] as const;

/** A moment as people say it: `2 min. ago`, `in 3 days`; the moment itself is in its title. */
export function moment(at: Date, now: Date): SafeHtml {
  return html`<time datetime="${at.toISOString()}" title="${`${ABSOLUTE.format(at)} UTC`}">${relativeTime(at, now)}</time>`;
}

/** A moment in full, as it has to be where something depends on it: `22 Feb 2027, 00:00 UTC`. */
export function instant(at: Date): SafeHtml {
  return html`<time datetime="${at.toISOString()}">${ABSOLUTE.format(at)} UTC</time>`;
}

/** How long ago, or in how long. */
export function relativeTime(at: Date, now: Date): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  const distance = Math.abs(seconds);
  const { unit, seconds: size } = UNITS.find(({ upTo }) => distance < upTo) ?? UNITS[3];
  return unit === "second" && distance < 10 ? "just now" : RELATIVE.format(Math.trunc(seconds / size), unit);
}

/** A day of the calendar, in UTC. `date`: `YYYY-MM-DD`. */
export function day(date: string): SafeHtml {
  return html`<time datetime="${date}">${dayInWords(date)}</time>`;
}

/** A day of the calendar as people write it: `22 Feb 2027`. `date`: `YYYY-MM-DD`. */
export function dayInWords(date: string): string {
  return DAY.format(new Date(`${date}T00:00:00Z`));
}
