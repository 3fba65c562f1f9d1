/** Finds events by author, project, action or target. */
import type { ObjectQuery } from "@mikro-orm/core";
import type { QBFilterQuery, SqlEntityManager } from "@mikro-orm/postgresql";
import type { Page } from "../database/page.ts";
import { Event, type EventAction, type LoadedEvent, type TargetType } from "./event.entity.ts";

/** Which events are wanted; `before` and `after` are exclusive dates (`YYYY-MM-DD`, UTC). */
export interface EventFilter {
  readonly action?: EventAction | undefined;
  readonly targetType?: TargetType | undefined;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly sort: "asc" | "desc";
}

/**
 * Whose events are wanted. Of a token: what was done with it, what was done about it and, where it has a bot, all that its
 * bot did, since registries report whom they served, and not with which secret.
 */
export type EventsOf =
  | { readonly authorId: number }
  | { readonly projectId: number }
  | { readonly token: { readonly id: number; readonly botId: number | undefined } };

/** Up to here events are counted: a project may have millions, and each page would count them again. */
const COUNTED = 10_000;

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
  const conditions: ObjectQuery<Event>[] = [conditionOf(of)];
  if (filter.action !== undefined) conditions.push({ action: filter.action });
  if (filter.targetType !== undefined) conditions.push({ targetType: filter.targetType });
  if (filter.before !== undefined) conditions.push({ createdAt: { $lt: new Date(`${filter.before}T00:00:00Z`) } });
  if (filter.after !== undefined) conditions.push({ createdAt: { $gt: new Date(`${filter.after}T23:59:59.999Z`) } });
  const where: ObjectQuery<Event> = { $and: conditions };
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
    .limit(COUNTED + 1)
    .toQuery();
  const [row] = await em.execute<{ number: number }[]>(
    `select count(*)::int as number from (${counted.sql}) as counted`,
    counted.params,
  );
  const number = row?.number ?? 0;
  return {
    events: events.slice(0, page.limit),
    total: number > COUNTED ? undefined : number,
    more: events.length > page.limit,
  };
}

function conditionOf(of: EventsOf): ObjectQuery<Event> {
  if ("authorId" in of) return { author: of.authorId };
  if ("projectId" in of) return { projectId: of.projectId };
  const { id, botId } = of.token;
  const conditions: ObjectQuery<Event>[] = [{ tokenId: id }, { targetType: "AccessToken", targetId: id }];
  if (botId !== undefined) conditions.push({ author: botId });
  return { $or: conditions };
}
