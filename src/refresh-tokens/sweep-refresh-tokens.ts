/** Removes refresh tokens whose life is over. Several replicas may do it at once: each takes other rows. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { recordEvent } from "../events/record-event.ts";
import { REFRESH_TOKEN_TITLE } from "./end-refresh-tokens.ts";
import { type RefreshTokenLife, refreshTokenCutoffs } from "./refresh-token-life.ts";

/** How many rows one transaction handles, since it holds its locks until it ends. */
const BATCH = 100;

const DELETE_DEAD = `
  delete from refresh_tokens where id in (
    select id from refresh_tokens where coalesce(last_used_at, created_at) <= ? or created_at <= ?
    order by id limit ${BATCH} for update skip locked
  )
  returning id, user_id, ${REFRESH_TOKEN_TITLE} as title`;

/**
 * Removes the refresh tokens that were not used for too long, or are too old, and records each; returns how many.
 *
 * @see docs/spec/registry-auth.md "Answer"
 */
export async function sweepRefreshTokens({
  database,
  clock,
  refreshTokenLife,
}: UseCaseServices & { readonly refreshTokenLife: RefreshTokenLife }): Promise<number> {
  const at = clock.now();
  const { idle, old } = refreshTokenCutoffs(refreshTokenLife, at);
  for (let total = 0; ; ) {
    const swept = await database.transaction(async (em) => {
      const dead = await em.execute<{ id: number; user_id: number; title: string }[]>(DELETE_DEAD, [idle, old]);
      for (const { id, user_id, title } of dead) {
        const by = { userId: user_id, tokenId: null };
        await recordEvent(em, { by, action: "expired", target: { type: "RefreshToken", id, title }, at });
      }
      return dead.length;
    });
    total += swept;
    if (swept < BATCH) return total;
  }
}
