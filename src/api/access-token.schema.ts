/** Access tokens as the API reads and writes them, field for field as in GitLab. */
import { z } from "zod";
import type { AccessToken } from "../access-tokens/access-token.entity.ts";
import { isExpired } from "../access-tokens/expiry.ts";
import { isGraceOver } from "../access-tokens/grace.ts";
import type { TokenFilter } from "../access-tokens/list-tokens.ts";
import type { Clock } from "../clock.ts";
import { TOKEN_SCOPES } from "../principals/token-scope.ts";
import { date, flag, id, moment, resourceId, searchText } from "../schemas/fields.ts";
import { ipAllowListResult, repositoryRulesResult } from "../schemas/token-limits.ts";
import { pageQuery } from "./protocol/pagination.ts";

/** The parameters of one token of a project. */
export const projectTokenParams = z.object({ id: resourceId, token_id: id() });

const ORDERS = ["created", "expires", "last_used", "name"] as const;
const SORTS = [...ORDERS.flatMap((order) => [`${order}_asc`, `${order}_desc`] as const), "asc", "desc"] as const;

/** Which tokens are wanted, and in which order. */
export const listTokensQuery = pageQuery.extend({
  state: z.enum(["active", "inactive"]).optional(),
  revoked: flag().optional(),
  search: searchText(255).optional(),
  created_after: moment().optional(),
  created_before: moment().optional(),
  last_used_after: moment().optional(),
  last_used_before: moment().optional(),
  expires_after: date().optional(),
  expires_before: date().optional(),
  sort: z.enum(SORTS).default("desc"),
  order_by: z.enum(["created_at", "expires_at", "last_used_at", "name", "id"]).default("id"),
});

const TOKEN_COLUMNS = {
  created: "createdAt",
  created_at: "createdAt",
  expires: "expiresAt",
  expires_at: "expiresAt",
  last_used: "lastUsedAt",
  last_used_at: "lastUsedAt",
  name: "name",
  id: "id",
} as const;

/** The filter in a list's query. `sort=name_asc` gives both column and direction; `sort=asc` leaves the column to `order_by`. */
export function tokenFilter(query: z.output<typeof listTokensQuery>): TokenFilter {
  const [, named, direction] = /^(?:(\w+)_)?(asc|desc)$/.exec(query.sort) ?? [];
  return {
    state: query.state,
    revoked: query.revoked,
    search: query.search,
    createdAfter: query.created_after,
    createdBefore: query.created_before,
    lastUsedAfter: query.last_used_after,
    lastUsedBefore: query.last_used_before,
    expiresAfter: query.expires_after,
    expiresBefore: query.expires_before,
    orderBy: TOKEN_COLUMNS[(named as keyof typeof TOKEN_COLUMNS | undefined) ?? query.order_by],
    direction: direction === "asc" ? "asc" : "desc",
  };
}

/** Either kind of token, as JSON. */
export const tokenResult = z.object({
  id: z.int(),
  name: z.string(),
  description: z.string().nullable(),
  revoked: z.boolean(),
  created_at: z.iso.datetime(),
  scopes: z.array(z.enum(TOKEN_SCOPES)),
  user_id: z.int(),
  last_used_at: z.iso.datetime().nullable(),
  /** The addresses of the last uses, the latest first: five at most. */
  last_used_ips: z.array(z.string()),
  active: z.boolean(),
  expires_at: z.iso.date().nullable(),
  ip_allow_list: ipAllowListResult,
  retires_at: z.iso.datetime().nullable(),
  predecessor_id: z.int().nullable(),
  safe_to_retire: z.boolean().nullable(),
});

/** A project access token, as JSON. */
export const projectTokenResult = tokenResult.extend({
  access_level: z.int(),
  repository_rules: repositoryRulesResult,
});
/** A new token with its secret, this one time. */
export const createdTokenResult = tokenResult.extend({ token: z.string() });
/** A new project access token with its secret, this one time. */
export const createdProjectTokenResult = projectTokenResult.extend({ token: z.string() });

/**
 * A token as JSON; it is `active` when it is neither revoked nor expired. `safeToRetire` says of a token whether its
 * predecessor may be retired; those without one in grace are not in it.
 */
export function renderToken(
  token: AccessToken,
  clock: Clock,
  safeToRetire: ReadonlyMap<number, boolean>,
): z.input<typeof tokenResult> {
  const revoked = token.revokedAt != null || isGraceOver(token.retiresAt, clock.now());
  return {
    id: token.id,
    name: token.name,
    description: token.description ?? null,
    revoked,
    created_at: token.createdAt.toISOString(),
    scopes: token.scopes,
    user_id: token.user.id,
    last_used_at: token.lastUsedAt?.toISOString() ?? null,
    last_used_ips: token.lastUsedIps ?? [],
    active: !revoked && !isExpired(token.expiresAt ?? null, clock.now()),
    expires_at: token.expiresAt ?? null,
    ip_allow_list: token.ipAllowList ?? null,
    retires_at: token.retiresAt?.toISOString() ?? null,
    predecessor_id: token.predecessor?.id ?? null,
    safe_to_retire: safeToRetire.get(token.id) ?? null,
  };
}

/** A project access token as JSON. */
export function renderProjectToken(
  token: AccessToken,
  clock: Clock,
  safeToRetire: ReadonlyMap<number, boolean>,
): z.input<typeof projectTokenResult> {
  const rules = token.repositoryRules?.map(({ repositories, actions }) => ({
    repositories: [...repositories],
    actions: [...actions],
  }));
  return {
    ...renderToken(token, clock, safeToRetire),
    access_level: token.accessLevel ?? 0,
    repository_rules: rules ?? null,
  };
}
