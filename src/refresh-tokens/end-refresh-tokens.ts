/** Ends refresh tokens and records it. Every use case that ends some ends here. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { idArray } from "../database/id-array.ts";
import { recordEvents } from "../events/record-event.ts";
import type { Authorship } from "../users/delete-user.ts";
import { findGhostUser } from "../users/ghost-user.ts";

/** What an event calls a refresh token, whose row is gone by then: the client that it was given to, and how it ends. */
export const REFRESH_TOKEN_TITLE = "coalesce(client_id, service) || ', ends in ' || last_four";

/**
 * Ends one refresh token of a user's, or all of some users', inside the caller's transaction: in the same number of
 * statements however many there are. Each has its own event. Returns how many ended.
 */
export async function endRefreshTokens(
  em: SqlEntityManager,
  which: { readonly userIds: readonly number[]; readonly tokenId?: number },
  { by, at }: Authorship,
): Promise<number> {
  const author = by ?? { userId: (await findGhostUser(em)).id, tokenId: null };
  const tokenId = which.tokenId ?? null;
  const ended = await em.execute<{ id: number; title: string }[]>(
    `delete from refresh_tokens where user_id = any(?::int[]) and (?::int is null or id = ?)
     returning id, ${REFRESH_TOKEN_TITLE} as title`,
    [idArray(which.userIds), tokenId, tokenId],
  );
  await recordEvents(
    em,
    ended.map(({ id, title }) => ({ by: author, action: "revoked", target: { type: "RefreshToken", id, title }, at })),
  );
  return ended.length;
}
