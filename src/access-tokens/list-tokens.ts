/** Finds access tokens by what GitLab's clients filter and sort them by. */
import type { FilterQuery, QueryOrderMap } from "@mikro-orm/core";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { utcDate } from "../clock.ts";
import { pageWindow } from "../http/pagination.ts";
import { likePattern } from "../http/validate.ts";
import { AccessToken } from "./access-token.entity.ts";
import type { ListTokensQuery } from "./access-token.schema.ts";

/** Whose tokens: a project's; or personal ones, of one user or of all. */
export type TokenOwner = { readonly project: number } | { readonly project: null; readonly user?: number };

/** A page of tokens, and how many there are in all: two queries, whatever their number. */
export function listTokens(
  em: SqlEntityManager,
  owner: TokenOwner,
  query: ListTokensQuery,
  now: Date,
): Promise<[AccessToken[], number]> {
  const where: FilterQuery<AccessToken> = { $and: [{ ...owner }, ...conditions(query, utcDate(now))] };
  return em.findAndCount(AccessToken, where, { orderBy: order(query), ...pageWindow(query) });
}

function conditions(query: ListTokensQuery, today: string): FilterQuery<AccessToken>[] {
  const wanted: FilterQuery<AccessToken>[] = [];
  if (query.state === "active") {
    wanted.push({ revokedAt: null, $or: [{ expiresAt: null }, { expiresAt: { $gt: today } }] });
  }
  if (query.state === "inactive") wanted.push({ $or: [{ revokedAt: { $ne: null } }, { expiresAt: { $lte: today } }] });
  if (query.revoked !== undefined) wanted.push({ revokedAt: query.revoked ? { $ne: null } : null });
  if (query.search !== undefined) wanted.push({ name: { $ilike: likePattern(query.search) } });
  if (query.created_after !== undefined) wanted.push({ createdAt: { $gt: query.created_after } });
  if (query.created_before !== undefined) wanted.push({ createdAt: { $lt: query.created_before } });
  if (query.last_used_after !== undefined) wanted.push({ lastUsedAt: { $gt: query.last_used_after } });
  if (query.last_used_before !== undefined) wanted.push({ lastUsedAt: { $lt: query.last_used_before } });
  if (query.expires_after !== undefined) wanted.push({ expiresAt: { $gt: query.expires_after } });
  if (query.expires_before !== undefined) wanted.push({ expiresAt: { $lt: query.expires_before } });
  return wanted;
}

const COLUMNS = {
  created: "createdAt",
  created_at: "createdAt",
  expires: "expiresAt",
  expires_at: "expiresAt",
  last_used: "lastUsedAt",
  last_used_at: "lastUsedAt",
  name: "name",
  id: "id",
} as const;

/** `sort=name_asc` says both; `sort=asc` leaves the column to `order_by`. The id settles what is equal. */
function order({ sort, order_by }: ListTokensQuery): QueryOrderMap<AccessToken>[] {
  const [, named, direction = "desc"] = /^(?:(\w+)_)?(asc|desc)$/.exec(sort) ?? [];
  const column = COLUMNS[(named as keyof typeof COLUMNS | undefined) ?? order_by];
  const ascending = direction === "asc";
  return [{ [column]: ascending ? "asc nulls last" : "desc nulls last" }, { id: ascending ? "asc" : "desc" }];
}
