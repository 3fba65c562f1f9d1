/** Marks access tokens as revoked and records it. Every use case that revokes ends here. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { idArray } from "../database/id-array.ts";
import { recordEvents } from "../events/record-event.ts";
import type { Authorship } from "../users/delete-user.ts";
import { findGhostUser } from "../users/ghost-user.ts";

interface RevokedRow {
  id: number;
  name: string;
  project_id: number | null;
}

/**
 * Revokes one token, or all of some users' that are not revoked yet, inside the caller's transaction: in the same number
 * of statements however many there are. Each token has its own event.
 */
export async function markRevoked(
  em: SqlEntityManager,
  which: { readonly tokenId: number } | { readonly userIds: readonly number[] },
  { by, at }: Authorship,
): Promise<void> {
  const author = by ?? { userId: (await findGhostUser(em)).id, tokenId: null };
  const [column, ids] = "tokenId" in which ? ["id", [which.tokenId]] : ["user_id", which.userIds];
  const revoked = await em.execute<RevokedRow[]>(
    `update access_tokens set revoked_at = ?, revoked_by_id = ?
     where ?? = any(?::int[]) and revoked_at is null returning id, name, project_id`,
    [at, author.userId, column, idArray(ids)],
  );
  await recordEvents(
    em,
    revoked
      .sort((one, other) => one.id - other.id)
      .map(({ id, name, project_id }) => ({
        by: author,
        action: "revoked",
        target: { type: "AccessToken", id, title: name },
        projectId: project_id,
        at,
      })),
  );
}
