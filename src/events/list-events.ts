/** Finds events by author, project, token, action or target. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { Page } from "../database/page.ts";
import { Event, type LoadedEvent } from "./event.entity.ts";
import { type EventFilter, type EventsOf, matchingEvents } from "./matching-events.ts";

/** Up to here events are counted: a project may have millions, and each page would count them again. */
export const COUNTED_EVENTS = 10_000;

/** A page of events with their authors. */
export interface EventPage {
  readonly events: readonly LoadedEvent[];
  /** How many there are in all; undefined above 10,000. */
  readonly total: number | undefined;
  /** Whether there are any after this page. */
  readonly more: boolean;
}

/** Finds a page of events; costs the same however many there are beyond 10,000. */
export async function listEvents(
  em: SqlEntityManager,
  of: EventsOf,
  filter: EventFilter,
  { limit, offset }: Page,
): Promise<EventPage> {
  const { sql, params } = matchingEvents(em, of, filter, { limit: Math.max(COUNTED_EVENTS, offset + limit) + 1 });
  const rows = await em.execute<{ number: number; id: number | null }[]>(
    `with matching as materialized (${sql})
      select counted.number, page.id from (select count(*)::int as number from matching) counted
      left join (
        select * from matching order by created_at ${filter.sort}, id ${filter.sort} limit ? offset ?
      ) page on true`,
    [...params, limit + 1, offset],
  );
  const ids = rows.flatMap(({ id }) => id ?? []);
  const number = rows[0]?.number ?? 0;
  return {
    events: await em.find(
      Event,
      { id: { $in: ids.slice(0, limit) } },
      { populate: ["author"], orderBy: [{ createdAt: filter.sort }, { id: filter.sort }] },
    ),
    total: number > COUNTED_EVENTS ? undefined : number,
    more: ids.length > limit,
  };
}
