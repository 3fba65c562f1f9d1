/** Ends refresh tokens and records it. Every use case that ends some ends here. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { recordEvent } from "../events/record-event.ts";
import type { Authorship } from "../users/delete-user.ts";
import { findGhostUser } from "../users/ghost-user.ts";

/** What an event calls a refresh token, whose row is gone by then: the client that it was given to, and how it ends. */
export const REFRESH_TOKEN_TITLE = "coalesce(client_id, service) || ', ends in ' || last_four";

/** Ends one refresh token of a user's, or all of them, inside the caller's transaction; returns how many. */
export async function endRefreshTokens(
  em: SqlEntityManager,
  { userId, tokenId }: { readonly userId: number; readonly tokenId?: number },
  { by, at }: Authorship,
): Promise<number> {
  const author = by ?? { userId: (await findGhostUser(em)).id, tokenId: null };
  const ended = await em.execute<{ id: number; title: string }[]>(
    `delete from refresh_tokens where user_id = ? and (?::int is null or id = ?)
     returning id, ${REFRESH_TOKEN_TITLE} as title`,
    [userId, tokenId ?? null, tokenId ?? null],
  );
  for (const { id, title } of ended) {
    await recordEvent(em, { by: author, action: "revoked", target: { type: "RefreshToken", id, title }, at });
  }
  return ended.length;
}
