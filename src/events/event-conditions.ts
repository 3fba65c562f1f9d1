/** Which events are wanted, and the conditions that find them: of a list, of its counts and of a download alike. */
import type { ObjectQuery } from "@mikro-orm/core";
import { likePattern, likePrefix } from "../database/like-pattern.ts";
import type { Event, EventAction, TargetType } from "./event.entity.ts";

/** A token, and the bot that it is there for; undefined for a personal one, or when the bot is gone. */
export interface TokenOfEvents {
  readonly id: number;
  readonly botId: number | undefined;
}

/** Which events are wanted; `before` and `after` are exclusive dates (`YYYY-MM-DD`, UTC). */
export interface EventFilter {
  readonly action?: EventAction | undefined;
  readonly targetType?: TargetType | undefined;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly authorId?: number | undefined;
  readonly token?: TokenOfEvents | undefined;
  /** The whole name of a repository: what was done with its images. */
  readonly repository?: string | undefined;
  /** A part of a target's title, or of an address. */
  readonly text?: string | undefined;
  readonly sort: "asc" | "desc";
}

/**
 * Whose events are wanted. Of a token: what was done with it, what was done about it and, where it has a bot, all that its
 * bot did, since registries report whom they served, and not with which secret.
 */
export type EventsOf =
  | { readonly authorId: number }
  | { readonly projectId: number }
  | { readonly token: TokenOfEvents }
  | "instance";

/** The condition of the events. */
export function eventConditions(of: EventsOf, filter: EventFilter): ObjectQuery<Event> {
  const conditions: ObjectQuery<Event>[] = of === "instance" ? [] : [conditionOf(of)];
  const { action, targetType, before, after, authorId, token, repository, text } = filter;
  if (action !== undefined) conditions.push({ action });
  if (targetType !== undefined) conditions.push({ targetType });
  if (before !== undefined) conditions.push({ createdAt: { $lt: new Date(`${before}T00:00:00Z`) } });
  if (after !== undefined) conditions.push({ createdAt: { $gt: new Date(`${after}T23:59:59.999Z`) } });
  if (authorId !== undefined) conditions.push({ author: authorId });
  if (token !== undefined) conditions.push(conditionOf({ token }));
  if (repository !== undefined) {
    // As an image's title is written: `repository:tag`, or `repository@digest`.
    const titles = [":", "@"].map((end) => ({ targetTitle: { $like: likePrefix(repository + end) } }));
    conditions.push({ targetType: "Image", $or: titles });
  }
  if (text !== undefined && text !== "") {
    const pattern = { $ilike: likePattern(text) };
    conditions.push({ $or: [{ targetTitle: pattern }, { address: pattern }] });
  }
  return { $and: conditions };
}

function conditionOf(of: Exclude<EventsOf, "instance">): ObjectQuery<Event> {
  if ("authorId" in of) return { author: of.authorId };
  if ("projectId" in of) return { projectId: of.projectId };
  const { id, botId } = of.token;
  const conditions: ObjectQuery<Event>[] = [{ tokenId: id }, { targetType: "AccessToken", targetId: id }];
  if (botId !== undefined) conditions.push({ author: botId });
  return { $or: conditions };
}
