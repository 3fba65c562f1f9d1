/** Reads all events of a kind, however many there are, some at a time. */
import type { ObjectQuery } from "@mikro-orm/core";
import type { Database } from "../database/database.ts";
import { Event, type LoadedEvent } from "./event.entity.ts";
import { type EventFilter, type EventsOf, eventConditions } from "./event-conditions.ts";

/** How many events are read at once: what is held in memory. */
const BATCH = 500;

/**
 * All events in their order, each once, in batches; the next is read when it is asked for. Between them no connection is
 * held. What is recorded meanwhile comes too where it belongs after what was read.
 */
export async function* readEvents(
  database: Database,
  of: EventsOf,
  filter: EventFilter,
): AsyncGenerator<readonly LoadedEvent[], void> {
  const where = eventConditions(of, filter);
  let last: Event | undefined;
  do {
    // An entity manager of its own for each: one keeps all that it has read.
    const events: LoadedEvent[] = await database
      .em()
      .find(Event, last === undefined ? where : { $and: [where, following(last, filter.sort)] }, {
        populate: ["author"],
        orderBy: [{ createdAt: filter.sort }, { id: filter.sort }],
        limit: BATCH,
      });
    if (events.length > 0) yield events;
    last = events.length < BATCH ? undefined : events.at(-1);
  } while (last !== undefined);
}

/** The events that come after one. The first condition says no more than the second, in a form that an index serves. */
function following({ createdAt, id }: Event, sort: EventFilter["sort"]): ObjectQuery<Event> {
  return sort === "asc"
    ? { createdAt: { $gte: createdAt }, $or: [{ createdAt: { $gt: createdAt } }, { id: { $gt: id } }] }
    : { createdAt: { $lte: createdAt }, $or: [{ createdAt: { $lt: createdAt } }, { id: { $lt: id } }] };
}
