/** How much bots pulled and pushed in their projects, by day: from the counts of what registries report. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { addDays, daysBetween } from "../clock.ts";
import { countOf } from "../projects/list-registry-activity.ts";
import type { Period } from "../projects/period.ts";
import { botValues, type ProjectBot } from "./project-bot.ts";

/** How often something was pulled and pushed on a day, `YYYY-MM-DD` in UTC. */
export interface DailyUse {
  readonly day: string;
  readonly pulls: number;
  readonly pushes: number;
}

const DAYS = `
  select user_id, day::text as day, ${countOf("pull")} as pulls, ${countOf("push")} as pushes
  from unnest(?::int[], ?::int[]) as bot (id, project_id)
  join registry_event_counts counts on counts.user_id = bot.id and counts.project_id = bot.project_id
  where day between ?::date and ?::date and action in ('pull', 'push')
  group by user_id, day`;

/**
 * The days of a period, oldest first, those without anything too, of each of some bots in its project, by the bots' ids. One
 * query, or none for no bot.
 */
export async function findDailyUse(
  em: SqlEntityManager,
  bots: readonly ProjectBot[],
  { from, to }: Period,
): Promise<ReadonlyMap<number, readonly DailyUse[]>> {
  if (bots.length === 0) return new Map();
  const rows = await em.execute<(DailyUse & { user_id: number })[]>(DAYS, [...botValues(bots), from, to]);
  const days = Array.from({ length: daysBetween(from, to) + 1 }, (_, index) => addDays(from, index));
  const known = new Map(rows.map((row) => [`${row.user_id} ${row.day}`, row]));
  return new Map(
    bots.map(({ id }) => [
      id,
      days.map((day) => {
        const { pulls = 0, pushes = 0 } = known.get(`${id} ${day}`) ?? {};
        return { day, pulls, pushes };
      }),
    ]),
  );
}
