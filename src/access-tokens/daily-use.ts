/** How much bots pulled and pushed in their projects, by day: from the counts of what registries report. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { addDays, daysBetween } from "../clock.ts";
import { idArray } from "../database/id-array.ts";
import { countOf } from "../projects/list-registry-activity.ts";
import type { Period } from "../projects/period.ts";

/** How often something was pulled and pushed on a day, `YYYY-MM-DD` in UTC. */
export interface DailyUse {
  readonly day: string;
  readonly pulls: number;
  readonly pushes: number;
}

const DAYS = `
  select user_id, day::text as day, ${countOf("pull")} as pulls, ${countOf("push")} as pushes
  from registry_event_counts
  where user_id = any(?::int[]) and project_id = ? and day between ?::date and ?::date and action in ('pull', 'push')
  group by user_id, day`;

/**
 * The days of a period, oldest first, those without anything too, of each of some bots of a project, by the bots' ids. One
 * query, or none for no bot.
 */
export async function findDailyUse(
  em: SqlEntityManager,
  projectId: number,
  botIds: readonly number[],
  { from, to }: Period,
): Promise<ReadonlyMap<number, readonly DailyUse[]>> {
  if (botIds.length === 0) return new Map();
  const rows = await em.execute<(DailyUse & { user_id: number })[]>(DAYS, [idArray(botIds), projectId, from, to]);
  const days = Array.from({ length: daysBetween(from, to) + 1 }, (_, index) => addDays(from, index));
  const known = new Map(rows.map((row) => [`${row.user_id} ${row.day}`, row]));
  return new Map(
    botIds.map((id) => [
      id,
      days.map((day) => {
        const { pulls = 0, pushes = 0 } = known.get(`${id} ${day}`) ?? {};
        return { day, pulls, pushes };
      }),
    ]),
  );
}
