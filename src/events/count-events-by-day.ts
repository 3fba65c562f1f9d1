/** Counts events by day. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { COUNTED_EVENTS } from "./list-events.ts";
import { type EventFilter, type EventsOf, matchingEvents } from "./matching-events.ts";

/** Events of a day: `YYYY-MM-DD`, in UTC. */
export interface EventsOfDay {
  readonly day: string;
  readonly count: number;
}

/**
 * The latest 10,000 events by day, the earliest day first, without the days that have none. `isWhole`: whether these are all.
 * Where they are not, the earliest day has more than its count.
 */
export async function countEventsByDay(
  em: SqlEntityManager,
  of: EventsOf,
  filter: EventFilter,
): Promise<{ readonly days: readonly EventsOfDay[]; readonly isWhole: boolean }> {
  const limit = COUNTED_EVENTS + 1;
  const { sql, params } = matchingEvents(em, of, { ...filter, sort: "desc" }, { limit });
  const days = await em.execute<EventsOfDay[]>(
    `select (created_at at time zone 'UTC')::date::text as day, count(*)::int as count
     from (select * from (${sql}) matching order by created_at desc, id desc limit ?) latest group by 1 order by 1`,
    [...params, limit],
  );
  return { days, isWhole: days.reduce((sum, { count }) => sum + count, 0) <= COUNTED_EVENTS };
}
