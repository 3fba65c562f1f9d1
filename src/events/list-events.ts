/** Finds events by author, project, action or target. */
import type { FilterQuery } from "@mikro-orm/core";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
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

/** A page of events with their authors, and the total count. */
export function listEvents(
  em: SqlEntityManager,
  of: { readonly authorId: number } | { readonly projectId: number },
  filter: EventFilter,
  page: Page,
): Promise<[LoadedEvent[], number]> {
  const conditions: FilterQuery<Event>[] = ["authorId" in of ? { author: of.authorId } : { projectId: of.projectId }];
  if (filter.action !== undefined) conditions.push({ action: filter.action });
  if (filter.targetType !== undefined) conditions.push({ targetType: filter.targetType });
  if (filter.before !== undefined) conditions.push({ createdAt: { $lt: new Date(`${filter.before}T00:00:00Z`) } });
  if (filter.after !== undefined) conditions.push({ createdAt: { $gt: new Date(`${filter.after}T23:59:59.999Z`) } });
  return em.findAndCount(
    Event,
    { $and: conditions },
    { populate: ["author"], orderBy: [{ createdAt: filter.sort }, { id: filter.sort }], ...page },
  );
}
