/** Says of tokens whose predecessor is in grace whether anything still needs the old secret, as far as its use tells. */

import { idArray } from "../database/id-array.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";
import type { AccessToken } from "./access-token.entity.ts";

/**
 * An old secret that was never used counts as unused since it was made. Of its pauses only those of 12 hours and more are
 * kept, as twice a shorter one is less than a day.
 */
const FIND = `
  select current.id,
    current.last_used_at is not null
      and coalesce(old.last_used_at, old.created_at) <= ?::timestamptz - greatest(
        interval '24 hours',
        2 * make_interval(secs => (
          select max(seconds) from access_token_pauses
          where access_token_id = old.id and ended_at > ?::timestamptz - interval '720 hours'
        ))
      ) as safe
  from access_tokens current join access_tokens old on old.id = current.predecessor_id
  where current.id = any(?::int[]) and old.revoked_at is null and old.retires_at > ?`;

/**
 * Whether the predecessors of these tokens may be retired, by the ids of the tokens; one without a predecessor in grace is
 * left out. One query, or none where no token has been rotated.
 *
 * @see docs/spec/access-tokens.md "Rotating"
 */
export async function findSafeToRetire(
  { database, clock }: UseCaseServices,
  tokens: readonly AccessToken[],
): Promise<ReadonlyMap<number, boolean>> {
  const rotated = tokens.filter(
    ({ predecessor, revokedAt, retiresAt }) => predecessor != null && revokedAt == null && retiresAt == null,
  );
  if (rotated.length === 0) return new Map();
  const now = clock.now();
  const ids = rotated.map(({ id }) => id);
  const rows = await database.em().execute<{ id: number; safe: boolean }[]>(FIND, [now, now, idArray(ids), now]);
  return new Map(rows.map(({ id, safe }) => [id, safe]));
}
