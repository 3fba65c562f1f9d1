/** What was pulled and pushed on the days of a period, as two charts side by side. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { addDays, daysBetween } from "../../clock.ts";
import type { Period } from "../../projects/period.ts";
import { bars } from "../parts/bars.ts";

/** What happened on a day (`YYYY-MM-DD`). */
interface Day {
  readonly day: string;
  readonly pulls: number;
  readonly pushes: number;
}

/** The charts. Days on which nothing happened may be left out of `days`, whose order does not matter. */
export function pullsAndPushes({ from, to }: Period, days: readonly Day[]): SafeHtml {
  const byDay = new Map(days.map((each) => [each.day, each]));
  const dates = Array.from({ length: daysBetween(from, to) + 1 }, (_, day) => addDays(from, day));
  const counts = (kind: "pulls" | "pushes") => dates.map((date) => byDay.get(date)?.[kind] ?? 0);
  return html`<div class="two">${bars("Pulls", { from, counts: counts("pulls"), one: "pull" })}${bars("Pushes", { from, counts: counts("pushes"), one: "push", many: "pushes" })}</div>`;
}
