/** Which events are wanted, and the SQL that finds them: of a list, of its counts and of a download alike. */
import type { ObjectQuery } from "@mikro-orm/core";
import type { QBFilterQuery, SqlEntityManager } from "@mikro-orm/postgresql";
import { likePattern, likePrefix } from "../database/like-pattern.ts";
import { Event, type EventAction, type TargetType } from "./event.entity.ts";
import { GIT_ACTIONS } from "./push-data.ts";

/** Which events are wanted; `before` and `after` are exclusive dates (`YYYY-MM-DD`, UTC). */
export interface EventFilter {
  /** What was done; `pushed` is of images, and of branches and tags by Git whatever was done to them. */
  readonly action?: EventAction | undefined;
  /** What it was done to; null: the pushes by Git, which have no target. */
  readonly targetType?: TargetType | null | undefined;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly authorId?: number | undefined;
  /** The whole name of a repository: what was done with its images. */
  readonly repository?: string | undefined;
  /** A part of a target's title, of a branch's or tag's name, or of an address. */
  readonly text?: string | undefined;
  readonly sort: "asc" | "desc";
}

/**
 * Whose events are wanted. Of a token, in a project or anywhere: what was done with it, what was done about it and, where it
 * has a bot, all that its bot did, since registries report whom they served, and not with which secret.
 */
export type EventsOf =
  | { readonly authorId: number }
  | { readonly projectId: number }
  | { readonly token: { readonly id: number; readonly botId: number | undefined }; readonly projectId?: number }
  | "instance";

/** Which of the events that are wanted, in their order. */
export interface EventRange {
  readonly limit: number;
  /** The one that they come after. */
  readonly after?: Pick<Event, "createdAt" | "id"> | undefined;
}

/** A select of `id` and `created_at`, in no order, among whose rows are the first of the events that are wanted. */
export function matchingEvents(
  em: SqlEntityManager,
  of: EventsOf,
  filter: EventFilter,
  { limit, after }: EventRange,
): { readonly sql: string; readonly params: readonly unknown[] } {
  const wanted = [...conditionsOf(filter), ...(after === undefined ? [] : [following(after, filter.sort)])];
  // Each is read in the order of an index of its own, no further than is needed: one condition for all could be in none.
  const parts = partsOf(of).map((part) =>
    em
      .createQueryBuilder(Event)
      .select(["id", "createdAt"])
      .where({ $and: [part, ...wanted] } as QBFilterQuery<Event>)
      .orderBy([{ createdAt: filter.sort }, { id: filter.sort }])
      .limit(limit)
      .toQuery(),
  );
  return { sql: parts.map(({ sql }) => `(${sql})`).join(" union "), params: parts.flatMap(({ params }) => params) };
}

function partsOf(of: EventsOf): ObjectQuery<Event>[] {
  if (of === "instance") return [{}];
  if ("authorId" in of) return [{ author: of.authorId }];
  if (!("token" in of)) return [{ projectId: of.projectId }];
  const { token, projectId } = of;
  const inside = projectId === undefined ? {} : { projectId };
  return [
    { ...inside, tokenId: token.id },
    { ...inside, targetType: "AccessToken", targetId: token.id },
    ...(token.botId === undefined ? [] : [{ ...inside, author: token.botId }]),
  ];
}

function conditionsOf(filter: EventFilter): ObjectQuery<Event>[] {
  const conditions: ObjectQuery<Event>[] = [];
  const { action, targetType, before, after, authorId, repository, text } = filter;
  if (action !== undefined)
    conditions.push({ action: action === "pushed" ? { $in: ["pushed", ...GIT_ACTIONS] } : action });
  if (targetType !== undefined) conditions.push({ targetType });
  if (before !== undefined) conditions.push({ createdAt: { $lt: new Date(`${before}T00:00:00Z`) } });
  if (after !== undefined) conditions.push({ createdAt: { $gt: new Date(`${after}T23:59:59.999Z`) } });
  if (authorId !== undefined) conditions.push({ author: authorId });
  if (repository !== undefined) {
    // As an image's title is written: `repository:tag`, or `repository@digest`.
    const titles = [":", "@"].map((end) => ({ targetTitle: { $like: likePrefix(repository + end) } }));
    conditions.push({ targetType: "Image", $or: titles });
  }
  if (text !== undefined && text !== "") {
    const pattern = { $ilike: likePattern(text) };
    conditions.push({ $or: [{ targetTitle: pattern }, { pushData: { ref: pattern } }, { address: pattern }] });
  }
  return conditions;
}

/** The events that come after one. The first condition says no more than the second, in a form that an index serves. */
function following({ createdAt, id }: Pick<Event, "createdAt" | "id">, sort: EventFilter["sort"]): ObjectQuery<Event> {
  return sort === "asc"
    ? { createdAt: { $gte: createdAt }, $or: [{ createdAt: { $gt: createdAt } }, { id: { $gt: id } }] }
    : { createdAt: { $lte: createdAt }, $or: [{ createdAt: { $lt: createdAt } }, { id: { $lt: id } }] };
}
