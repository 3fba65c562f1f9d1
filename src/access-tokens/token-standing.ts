/**
 * How a token stands: what a person should know before they go through a list of many. One statement says it, of every
 * token that is asked about, so that the filter, its count and the badge in the row never differ.
 */
import { addDays, DAY_MS, utcDate } from "../clock.ts";
import type { TokenScope } from "../principals/token-scope.ts";

/** What tokens are looked for by. A token may be in several at once; a token in grace is in none: it goes with its successor. */
export const TOKEN_STATES = ["active", "ends_soon", "safe_to_revoke", "unused_scopes", "inactive"] as const;
/** One of them. */
export type TokenState = (typeof TOKEN_STATES)[number];

/** A token ends soon whose date is this many days ahead, or fewer. */
export const ENDS_SOON_DAYS = 14;
/** After how many days without use a token, or a scope of it, can go; and after how many when it was never used at all. */
export const UNUSED_DAYS = 90;
export const NEVER_USED_DAYS = 30;

/** How a token stands. Only an active one ends soon, is safe to revoke or has unused scopes. */
export interface TokenStanding {
  readonly id: number;
  /** `in_grace`: rotated away, and working on until its grace ends. */
  readonly life: "active" | "in_grace" | "inactive";
  readonly endsSoon: boolean;
  /** Unused for 90 days, or never used in the 30 days since it was made. */
  readonly safeToRevoke: boolean;
  /** What it was not needed for in 90 days, where it was used for something else. */
  readonly unusedScopes: readonly TokenScope[];
  /** Whether another took its place. */
  readonly hasSuccessor: boolean;
}

/** The moment that tokens are judged at, as SQL; its values are those of {@link momentValues}. */
export const MOMENT = `
  select ?::timestamptz as now, ?::date as today, ?::date as soon, ?::timestamptz as unused_since, ?::timestamptz as made_since`;

/** Whether the token `t` is active at `moment`, and no old secret in grace; and whether it ends soon besides. */
export const IS_ACTIVE =
  "(t.revoked_at is null and t.retires_at is null and coalesce(t.expires_at > moment.today, true))";
export const ENDS_SOON = `(${IS_ACTIVE} and coalesce(t.expires_at <= moment.soon, false))`;

/** Whether the token `t` is safe to revoke at `moment`. */
export const SAFE_TO_REVOKE = `(${IS_ACTIVE} and case when t.last_used_at is null then t.created_at <= moment.made_since
  else t.last_used_at <= moment.unused_since end)`;

/**
 * A token that was not used at all has no unused scopes: it is to be revoked, not narrowed. Nor is `self_rotate` ever
 * one: it is used once, at the very end of a token's life.
 */
export const standingOf = (condition: string) => `
  select t.id, t.name, t.last_four, u.username, u.user_type, ${IS_ACTIVE} as is_active,
    t.revoked_at is null and coalesce(t.retires_at > moment.now, false) as in_grace,
    ${ENDS_SOON} as ends_soon,
    idle.yes as safe_to_revoke,
    case when ${IS_ACTIVE} and not idle.yes and coalesce(t.scope_uses_since, t.created_at) <= moment.unused_since
      then array(
        select scope from unnest(t.scopes) with ordinality as own (scope, place)
        where scope <> 'self_rotate' and not exists (
          select from access_token_scope_uses used
          where used.access_token_id = t.id and used.scope = own.scope and used.last_used_at > moment.unused_since)
        order by place)
      else '{}' end as unused_scopes,
    exists (select from access_tokens successor where successor.predecessor_id = t.id) as has_successor
  from (${MOMENT}) moment
  cross join access_tokens t
  join users u on u.id = t.user_id
  cross join lateral (select ${SAFE_TO_REVOKE} as yes) idle
  where ${condition}`;

/** A row of {@link standingOf}; it has the name, the last four characters and the user too, to be searched. */
export interface StandingRow {
  readonly id: number;
  readonly is_active: boolean;
  readonly in_grace: boolean;
  readonly ends_soon: boolean;
  readonly safe_to_revoke: boolean;
  readonly unused_scopes: TokenScope[];
  readonly has_successor: boolean;
}

/** The values of {@link MOMENT}. */
export function momentValues(now: Date): readonly unknown[] {
  const before = (days: number) => new Date(now.getTime() - days * DAY_MS);
  const today = utcDate(now);
  return [now, today, addDays(today, ENDS_SOON_DAYS), before(UNUSED_DAYS), before(NEVER_USED_DAYS)];
}

/** A row as it is answered. */
export function toStanding(row: StandingRow): TokenStanding {
  return {
    id: row.id,
    life: row.is_active ? "active" : row.in_grace ? "in_grace" : "inactive",
    endsSoon: row.ends_soon,
    safeToRevoke: row.safe_to_revoke,
    unusedScopes: row.unused_scopes,
    hasSuccessor: row.has_successor,
  };
}
