/** Finds what ends when tokens are revoked: of each family that still lives, its current token and whom it acts as. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { idArray } from "../database/id-array.ts";
import { ValidationError } from "../errors.ts";
import { ownedBy, type TokenOwner } from "./find-token-owner.ts";

/** How many tokens may be revoked at once. */
export const REVOKED_AT_ONCE = 100;

/** A token that was named, whose family lives. */
export interface LivingFamily {
  /** The token that was named: the current one, one in grace, or one that was rotated away. */
  readonly namedId: number;
  /** The current one of its family. */
  readonly currentId: number;
  readonly userId: number;
  readonly family: string;
  /** Whether it is a project's: the user is a bot then, which goes with it. */
  readonly isOfProject: boolean;
}

/** A family lives as long as one of its tokens is not revoked: its current one, as none but that outlives another. */
const FIND = (owned: string) => `
  select t.id as named_id, living.id as current_id, t.user_id, t.family, t.project_id is not null as is_of_project
  from access_tokens t join access_tokens living on living.family = t.family
  where living.revoked_at is null and living.retires_at is null and ${owned} and t.id = any(?::int[])
  order by t.id desc`;

interface Row {
  readonly named_id: number;
  readonly current_id: number;
  readonly user_id: number;
  readonly family: string;
  readonly is_of_project: boolean;
}

/** Those of the named tokens of an owner whose families live; others are left out, whether they are dead or another's. */
export async function findLivingFamilies(
  em: SqlEntityManager,
  owner: TokenOwner,
  tokenIds: readonly number[],
): Promise<readonly LivingFamily[]> {
  const [owned, ...ownerIds] = ownedBy(owner);
  const rows = await em.execute<Row[]>(FIND(owned), [...ownerIds, idArray(tokenIds)]);
  return rows.map((row) => ({
    namedId: row.named_id,
    currentId: row.current_id,
    userId: row.user_id,
    family: row.family,
    isOfProject: row.is_of_project,
  }));
}

/**
 * Requires that one token at least is named, and no more than may be revoked at once.
 *
 * @throws ValidationError
 */
export function requireSomeTokens(tokenIds: readonly number[]): void {
  if (tokenIds.length >= 1 && tokenIds.length <= REVOKED_AT_ONCE) return;
  const message =
    tokenIds.length === 0
      ? "is missing: name one token at least"
      : `is invalid: ${tokenIds.length} tokens are too many, at most ${REVOKED_AT_ONCE} are revoked at once`;
  throw new ValidationError([{ field: "tokenIds", message }]);
}
