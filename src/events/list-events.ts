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

/** Finds a page of events; costs the same however many there are beyond 10,000. Two queries. */
export async function listEvents(
  em: SqlEntityManager,
  of: EventsOf,
  filter: EventFilter,
  { limit, offset }: Page,
): Promise<EventPage> {
  const wanted = conditionsOf(filter);
  // Each is read in the order of an index of its own, no further than is needed: one condition for all could be in none.
  const parts = partsOf(of).map((part) =>
    em
      .createQueryBuilder(Event)
      .select(["id", "createdAt"])
      .where({ $and: [part, ...wanted] } as QBFilterQuery<Event>)
      .orderBy([{ createdAt: filter.sort }, { id: filter.sort }])
      .limit(Math.max(COUNTED, offset + limit) + 1)
      .toQuery(),
  );
  const rows = await em.execute<{ number: number; id: number | null }[]>(
    `with matching as materialized (${parts.map(({ sql }) => `(${sql})`).join(" union ")})
     select counted.number, page.id from (select count(*)::int as number from matching) counted
     left join (
       select * from matching order by created_at ${filter.sort}, id ${filter.sort} limit ? offset ?
     ) page on true`,
    [...parts.flatMap(({ params }) => params), limit + 1, offset],
  );
  const ids = rows.flatMap(({ id }) => id ?? []);
  const number = rows[0]?.number ?? 0;
  return {
    events: await em.find(
      Event,
      { id: { $in: ids.slice(0, limit) } },
      { populate: ["author"], orderBy: [{ createdAt: filter.sort }, { id: filter.sort }] },
    ),
    total: number > COUNTED ? undefined : number,
    more: ids.length > limit,
  };
}

function partsOf(of: EventsOf): ObjectQuery<Event>[] {
  if ("authorId" in of) return [{ author: of.authorId }];
  if ("projectId" in of) return [{ projectId: of.projectId }];
  const { id, botId } = of.token;
  const ofToken: ObjectQuery<Event>[] = [{ tokenId: id }, { targetType: "AccessToken", targetId: id }];
  return botId === undefined ? ofToken : [...ofToken, { author: botId }];
}

function conditionsOf({ action, targetType, before, after }: EventFilter): ObjectQuery<Event>[] {
  const conditions: ObjectQuery<Event>[] = [];
  if (action !== undefined) conditions.push({ action });
  if (targetType !== undefined) conditions.push({ targetType });
  if (before !== undefined) conditions.push({ createdAt: { $lt: new Date(`${before}T00:00:00Z`) } });
  if (after !== undefined) conditions.push({ createdAt: { $gt: new Date(`${after}T23:59:59.999Z`) } });
  return conditions;
}
