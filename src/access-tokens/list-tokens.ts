/** Lists the access tokens of a project, or personal access tokens. */
import type { FilterQuery } from "@mikro-orm/core";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { utcDate } from "../clock.ts";
import { likePattern } from "../database/like-pattern.ts";
import type { Page } from "../database/page.ts";
import { AccessToken } from "./access-token.entity.ts";

/** Whose tokens to list: a project's, or the personal tokens of one user or of all users. */
export type TokenOwner = { readonly project: number } | { readonly project: null; readonly user?: number };

/** Which tokens are wanted, and in which order. Bounds are exclusive; dates are `YYYY-MM-DD` in UTC. */
export interface TokenFilter {
  readonly state?: "active" | "inactive" | undefined;
  readonly revoked?: boolean | undefined;
  /** Text that the name must contain. */
  readonly search?: string | undefined;
  readonly createdAfter?: Date | undefined;
  readonly createdBefore?: Date | undefined;
  readonly lastUsedAfter?: Date | undefined;
  readonly lastUsedBefore?: Date | undefined;
  readonly expiresAfter?: string | undefined;
  readonly expiresBefore?: string | undefined;
  readonly orderBy: "id" | "name" | "createdAt" | "expiresAt" | "lastUsedAt";
  readonly direction: "asc" | "desc";
}

/** A page of tokens and the total count, in two queries. Equal sort values are ordered by id. */
export function listTokens(
  em: SqlEntityManager,
  owner: TokenOwner,
  filter: TokenFilter,
  page: Page,
  now: Date,
): Promise<[AccessToken[], number]> {
  const where: FilterQuery<AccessToken> = { $and: [{ ...owner }, ...conditions(filter, now)] };
  const { orderBy, direction } = filter;
  return em.findAndCount(AccessToken, where, {
    orderBy: [{ [orderBy]: `${direction} nulls last` }, { id: direction }],
    ...page,
  });
}

function conditions(filter: TokenFilter, now: Date): FilterQuery<AccessToken>[] {
  const wanted: FilterQuery<AccessToken>[] = [];
  // A token whose grace is over is revoked, whether the sweep has recorded that or not.
  const revoked: FilterQuery<AccessToken> = { $or: [{ revokedAt: { $ne: null } }, { retiresAt: { $lte: now } }] };
  const unrevoked: FilterQuery<AccessToken> = {
    revokedAt: null,
    $or: [{ retiresAt: null }, { retiresAt: { $gt: now } }],
  };
  const today = utcDate(now);
  if (filter.state === "active") {
    wanted.push(unrevoked, { $or: [{ expiresAt: null }, { expiresAt: { $gt: today } }] });
  }
  if (filter.state === "inactive") wanted.push({ $or: [revoked, { expiresAt: { $lte: today } }] });
  if (filter.revoked !== undefined) wanted.push(filter.revoked ? revoked : unrevoked);
  if (filter.search !== undefined) wanted.push({ name: { $ilike: likePattern(filter.search) } });
  if (filter.createdAfter !== undefined) wanted.push({ createdAt: { $gt: filter.createdAfter } });
  if (filter.createdBefore !== undefined) wanted.push({ createdAt: { $lt: filter.createdBefore } });
  if (filter.lastUsedAfter !== undefined) wanted.push({ lastUsedAt: { $gt: filter.lastUsedAfter } });
  if (filter.lastUsedBefore !== undefined) wanted.push({ lastUsedAt: { $lt: filter.lastUsedBefore } });
  if (filter.expiresAfter !== undefined) wanted.push({ expiresAt: { $gt: filter.expiresAfter } });
  if (filter.expiresBefore !== undefined) wanted.push({ expiresAt: { $lt: filter.expiresBefore } });
  return wanted;
}
