/** Finds events by author, project, token, action or target. */
import type { QBFilterQuery, SqlEntityManager } from "@mikro-orm/postgresql";
import type { Page } from "../database/page.ts";
import { Event, type LoadedEvent } from "./event.entity.ts";
import { type EventFilter, type EventsOf, eventConditions } from "./event-conditions.ts";

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
  page: Page,
): Promise<EventPage> {
  const where = eventConditions(of, filter);
  const events = await em.find(Event, where, {
    populate: ["author"],
    orderBy: [{ createdAt: filter.sort }, { id: filter.sort }],
    offset: page.offset,
    limit: page.limit + 1,
  });
  const counted = em
    .createQueryBuilder(Event)
    .select("id")
    .where(where as QBFilterQuery<Event>)
    .limit(COUNTED_EVENTS + 1)
    .toQuery();
  const [row] = await em.execute<{ number: number }[]>(
    `select count(*)::int as number from (${counted.sql}) as counted`,
    counted.params,
  );
  const number = row?.number ?? 0;
  return {
    events: events.slice(0, page.limit),
    total: number > COUNTED_EVENTS ? undefined : number,
    more: events.length > page.limit,
  };
}
