/** Finds how the tokens of an owner stand: a page of those of one state with the counts of all, or some by their numbers. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { idArray } from "../database/id-array.ts";
import { likePattern } from "../database/like-pattern.ts";
import type { Page } from "../database/page.ts";
import { ownedBy, type TokenOwner } from "./find-token-owner.ts";
import {
  momentValues,
  type StandingRow,
  standingOf,
  TOKEN_STATES,
  type TokenStanding,
  type TokenState,
  toStanding,
} from "./token-standing.ts";

/** How many tokens there are of each state. */
export type TokenCounts = Readonly<Record<TokenState, number>>;

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
  const [owned, ...ownerIds] = ownedBy(owner);
  const pattern = likePattern(search);
  const values = [...momentValues(now), ...ownerIds, pattern, search, pattern, limit, offset];
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
  const [owned, ...ownerIds] = ownedBy(owner);
  const statement = `${standingOf(`${owned} and t.id = any(?::int[])`)} order by t.id desc`;
  const rows = await em.execute<StandingRow[]>(statement, [...momentValues(now), ...ownerIds, idArray(tokenIds)]);
  return rows.map(toStanding);
}
