/** Reads all events of a kind, however many there are, some at a time. */
import type { Database } from "../database/database.ts";
import { Event, type LoadedEvent } from "./event.entity.ts";
import { type EventFilter, type EventsOf, matchingEvents } from "./matching-events.ts";

/** How many events are read at once: what is held in memory, and what other requests wait for. */
const BATCH = 200;

/**
 * All events in their order, each once, in batches; the next is read when it is asked for. Between them no connection is
 * held. What is recorded meanwhile comes too where it belongs after what was read.
 */
export async function* readEvents(
  database: Database,
  of: EventsOf,
  filter: EventFilter,
): AsyncGenerator<readonly LoadedEvent[], void> {
  const { sort } = filter;
  let after: Event | undefined;
  do {
    // An entity manager of its own for each: one keeps all that it has read.
    const em = database.em();
    const { sql, params } = matchingEvents(em, of, filter, { limit: BATCH, after });
    const rows = await em.execute<{ id: number }[]>(
      `select id from (${sql}) matching order by created_at ${sort}, id ${sort} limit ?`,
      [...params, BATCH],
    );
    const events: LoadedEvent[] = await em.find(
      Event,
      { id: { $in: rows.map(({ id }) => id) } },
      { populate: ["author"], orderBy: [{ createdAt: sort }, { id: sort }] },
    );
    if (events.length > 0) yield events;
    after = rows.length < BATCH ? undefined : events.at(-1);
  } while (after !== undefined);
}
