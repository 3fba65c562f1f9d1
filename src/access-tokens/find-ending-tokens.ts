/** Finds the tokens that end soon in some projects, and whether anybody would be hurt: what a banner says. */

import { idArray } from "../database/id-array.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { LEVEL_IN_PROJECT, levelValues } from "../projects/find-project.ts";
import { ENDS_SOON, MOMENT, momentValues } from "./token-standing.ts";

/** How many of a project's tokens are named, those that end first. */
const NAMED_TOKENS = 3;

/** A token that ends soon. */
export interface EndingToken {
  readonly id: number;
  readonly name: string;
  readonly lastFour: string;
  /** `YYYY-MM-DD`: it dies when that day begins, in UTC. */
  readonly expiresAt: string;
  /** Null: it was never used. */
  readonly lastUsedAt: Date | null;
}

/** The tokens of a project that end soon: how many there are, and those that end first. */
export interface EndingTokens {
  readonly count: number;
  readonly first: readonly EndingToken[];
}

const FIND = `
  select p.id as project_id, ending.*
  from projects p cross join lateral (${LEVEL_IN_PROJECT}) l
  cross join lateral (
    select t.id, t.name, t.last_four, t.expires_at::text as expires_at, t.last_used_at, (count(*) over ())::int as total
    from (${MOMENT}) moment cross join access_tokens t
    where t.project_id = p.id and ${ENDS_SOON}
    order by t.expires_at, t.id limit ${NAMED_TOKENS}
  ) ending
  where p.id = any(?::int[]) and l.level >= ${ACCESS_LEVELS.maintainer}
  order by ending.expires_at, ending.id`;

interface Row {
  readonly project_id: number;
  readonly id: number;
  readonly name: string;
  readonly last_four: string;
  readonly expires_at: string;
  readonly last_used_at: Date | string | null;
  readonly total: number;
}

/**
 * The tokens that end soon, by the ids of the projects, the project whose token ends first first. A project where none does,
 * or where the caller is below Maintainer, is left out. One query.
 *
 * @see docs/spec/web.md "Access tokens"
 */
export async function findEndingTokens(
  { database, clock }: UseCaseServices,
  { caller, projectIds }: { readonly caller: SignedInPrincipal; readonly projectIds: readonly number[] },
): Promise<ReadonlyMap<number, EndingTokens>> {
  const values = [...levelValues(caller), ...momentValues(clock.now()), idArray(projectIds)];
  const rows = await database.em().execute<Row[]>(FIND, values);
  const found = new Map<number, { count: number; first: EndingToken[] }>();
  for (const { project_id, id, name, last_four, expires_at, last_used_at, total } of rows) {
    const known = found.get(project_id) ?? { count: total, first: [] };
    const lastUsedAt = last_used_at === null ? null : new Date(last_used_at);
    known.first.push({ id, name, lastFour: last_four, expiresAt: expires_at, lastUsedAt });
    found.set(project_id, known);
  }
  return found;
}
