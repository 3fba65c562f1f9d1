/**
 * How a token stands: what a person should know before they go through a list of many. One statement says it, of every
 * token that is asked about, so that the filter, its count and the badge in the row never differ.
 */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { addDays, DAY_MS, utcDate } from "../clock.ts";
import { idArray } from "../database/id-array.ts";
import { likePattern } from "../database/like-pattern.ts";
import type { Page } from "../database/page.ts";
import type { TokenScope } from "../principals/token-scope.ts";
import { ownedBy, type TokenOwner } from "./find-token-owner.ts";

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

/** How many tokens there are of each state. */
export type TokenCounts = Readonly<Record<TokenState, number>>;

/**
 * A token that was not used at all has no unused scopes: it is to be revoked, not narrowed. Nor is `self_rotate` ever
 * one: it is used once, at the very end of a token's life.
 */
const standingOf = (condition: string) => `
  select t.id, t.name, t.last_four, u.username, u.user_type, active.yes as is_active,
    t.revoked_at is null and coalesce(t.retires_at > moment.now, false) as in_grace,
    active.yes and coalesce(t.expires_at <= moment.today + ${ENDS_SOON_DAYS}, false) as ends_soon,
    idle.yes as safe_to_revoke,
    case when active.yes and not idle.yes and coalesce(t.scope_uses_since, t.created_at) <= moment.unused_since
      then array(
        select scope from unnest(t.scopes) with ordinality as own (scope, place)
        where scope <> 'self_rotate' and not exists (
          select from access_token_scope_uses used
          where used.access_token_id = t.id and used.scope = own.scope and used.last_used_at > moment.unused_since)
        order by place)
      else '{}' end as unused_scopes,
    exists (select from access_tokens successor where successor.predecessor_id = t.id) as has_successor
  from (select ?::timestamptz as now, ?::date as today, ?::timestamptz as unused_since, ?::timestamptz as made_since) moment
  cross join access_tokens t
  join users u on u.id = t.user_id
  cross join lateral (
    select t.revoked_at is null and t.retires_at is null and coalesce(t.expires_at > moment.today, true) as yes
  ) active
  cross join lateral (
    select active.yes and case when t.last_used_at is null then t.created_at <= moment.made_since
      else t.last_used_at <= moment.unused_since end as yes
  ) idle
  where ${condition}`;

const CONDITIONS: Readonly<Record<TokenState, string>> = {
  active: "is_active",
  ends_soon: "ends_soon",
  safe_to_revoke: "safe_to_revoke",
  unused_scopes: "unused_scopes <> '{}'",
  inactive: "not is_active",
};

/** One row at least, which has the counts alone where the page has none. */
const pageOf = (owned: string, state: TokenState) => `
  with standing as materialized (
    select * from (${standingOf(owned)}) each
    where not in_grace
      and (name ilike ? or last_four = ? or (user_type = 'project_bot' and username ilike ?))
  ), counted as (
    select ${TOKEN_STATES.map((each) => `(count(*) filter (where ${CONDITIONS[each]}))::int as count_${each}`).join(", ")}
    from standing
  )
  select counted.*, page.* from counted
  left join (select * from standing where ${CONDITIONS[state]} order by id desc limit ? offset ?) page on true
  order by page.id desc`;

type CountsRow = { readonly [State in TokenState as `count_${State}`]: number };

interface StandingRow {
  readonly id: number;
  readonly is_active: boolean;
  readonly in_grace: boolean;
  readonly ends_soon: boolean;
  readonly safe_to_revoke: boolean;
  readonly unused_scopes: TokenScope[];
  readonly has_successor: boolean;
}

/** Which tokens are wanted; `search` is a part of a name or of a bot's username, or the last four characters of a secret. */
export interface StandingFilter {
  readonly state: TokenState;
  readonly search: string;
}

/** A page of an owner's tokens, the newest first, and how many there are of each state, all within the search. One query. */
export async function listStandings(
  em: SqlEntityManager,
  owner: TokenOwner,
  { state, search }: StandingFilter,
  { limit, offset }: Page,
  now: Date,
): Promise<{ readonly standings: readonly TokenStanding[]; readonly counts: TokenCounts }> {
  const [owned, value] = ownedBy(owner);
  const pattern = likePattern(search);
  const values = [...moments(now), value, pattern, search, pattern, limit, offset];
  const rows = await em.execute<(CountsRow & (StandingRow | { id: null }))[]>(pageOf(owned, state), values);
  const [first] = rows;
  const count = (each: TokenState) => first?.[`count_${each}`] ?? 0;
  return {
    standings: rows.flatMap((row) => (row.id === null ? [] : [toStanding(row)])),
    counts: {
      active: count("active"),
      ends_soon: count("ends_soon"),
      safe_to_revoke: count("safe_to_revoke"),
      unused_scopes: count("unused_scopes"),
      inactive: count("inactive"),
    },
  };
}

/** How some of an owner's tokens stand, those in grace too, by their numbers; what is not the owner's is left out. */
export async function findStandings(
  em: SqlEntityManager,
  owner: TokenOwner,
  tokenIds: readonly number[],
  now: Date,
): Promise<readonly TokenStanding[]> {
  const [owned, value] = ownedBy(owner);
  const statement = `${standingOf(`${owned} and t.id = any(?::int[])`)} order by t.id desc`;
  const rows = await em.execute<StandingRow[]>(statement, [...moments(now), value, idArray(tokenIds)]);
  return rows.map(toStanding);
}

/** The date until which a token that ends soon ends: `YYYY-MM-DD`. */
export function endsSoonUntil(now: Date): string {
  return addDays(utcDate(now), ENDS_SOON_DAYS);
}

function moments(now: Date): unknown[] {
  const before = (days: number) => new Date(now.getTime() - days * DAY_MS);
  return [now, utcDate(now), before(UNUSED_DAYS), before(NEVER_USED_DAYS)];
}

function toStanding(row: StandingRow): TokenStanding {
  return {
    id: row.id,
    life: row.is_active ? "active" : row.in_grace ? "in_grace" : "inactive",
    endsSoon: row.ends_soon,
    safeToRevoke: row.safe_to_revoke,
    unusedScopes: row.unused_scopes,
    hasSuccessor: row.has_successor,
  };
}
