/** Numbers of some days as bars: small beside a row, large with a table of them. All are drawn as one line. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { addDays } from "../../clock.ts";
import { disclosure } from "./disclosure.ts";
import { day, dayInWords } from "./moment.ts";
import { counted, countInWords } from "./number.ts";

/** What happened on the days that follow each other. */
export interface DailyCounts {
  /** The first of the days, in UTC: `YYYY-MM-DD`. */
  readonly from: string;
  readonly counts: readonly number[];
  /** The name of one of what is counted: `use`. */
  readonly one: string;
  /** The name of many, where an s is not enough. */
  readonly many?: string;
}

/** A bar and the gap after it. */
const STEP = 3;
const WIDTH = 2;

/** Bars of the height of a line, for a table, and nothing where nothing happened; the page of the thing has the numbers. */
export function spark(daily: DailyCounts): SafeHtml | null {
  const { counts } = daily;
  if (counts.every((count) => count === 0)) return null;
  return html`<svg class="spark" width="${counts.length * STEP}" height="16" viewBox="0 0 ${counts.length * STEP} 16" role="img" aria-label="${inWords(daily)}"><path d="${drawn(counts, 16)}"/></svg>`;
}

/** Large bars with a title, their scale, and the numbers in a table that opens. */
export function bars(title: string, daily: DailyCounts): SafeHtml {
  const { from, counts } = daily;
  const [first, last] = [from, addDays(from, Math.max(0, counts.length - 1))];
  const rows = counts.map(
    (count, place) =>
      html`<tr><th scope="row">${day(addDays(from, place))}</th><td class="num">${countInWords(count)}</td></tr>`,
  );
  const numbers = html`<table class="numbers"><thead><tr><th scope="col">Day</th><th scope="col">${title}</th></tr></thead><tbody>${rows}</tbody></table>`;
  return html`<figure class="bars">
<figcaption><strong>${title}</strong><span class="sub num">${inWords(daily)}</span></figcaption>
<svg viewBox="0 0 ${counts.length * STEP} 64" preserveAspectRatio="none" role="img" aria-label="${`${title}: ${inWords(daily)}`}"><path d="${drawn(counts, 64)}"/></svg>
<div class="axis sub num"><span>${dayInWords(first)}</span><span>${dayInWords(last)}</span></div>
${disclosure({ summary: html`The numbers<span class="vh"> of ${title}</span>`, content: numbers })}
</figure>`;
}

/** How many in all, and how many on the busiest day. */
function inWords({ counts, one, many }: DailyCounts): string {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const most = `${countInWords(Math.max(0, ...counts))} on the busiest`;
  return `${counted(total, one, many)} in ${counted(counts.length, "day")}${total === 0 ? "" : `, ${most}`}`;
}

/** A stroke from the ground up for each day that is not empty; the highest reaches the top, and the least can be seen. */
function drawn(counts: readonly number[], height: number): string {
  const most = Math.max(1, ...counts);
  const least = height / 8;
  const strokes = counts.map((count, place) => {
    if (count === 0) return "";
    const top = height - Math.max(least, Math.round((count / most) * height));
    return `M${place * STEP + WIDTH / 2} ${height}V${top}`;
  });
  return strokes.join("");
}
