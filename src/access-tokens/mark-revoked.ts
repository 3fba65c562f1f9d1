/** Marks access tokens as revoked and records it. Every use case that revokes ends here. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { recordEvent } from "../events/record-event.ts";
import type { Authorship } from "../users/delete-user.ts";
import { findGhostUser } from "../users/ghost-user.ts";

interface RevokedRow {
  id: number;
  name: string;
  project_id: number | null;
}

/** Revokes one token, or all of a user's that are not revoked yet, inside the caller's transaction. */
export async function markRevoked(
  em: SqlEntityManager,
  which: { readonly tokenId: number } | { readonly userId: number },
  { by, at }: Authorship,
): Promise<void> {
  const author = by ?? { userId: (await findGhostUser(em)).id, tokenId: null };
  const [column, value] = "tokenId" in which ? ["id", which.tokenId] : ["user_id", which.userId];
  const revoked = await em.execute<RevokedRow[]>(
    `update access_tokens set revoked_at = ?, revoked_by_id = ?
     where ?? = ? and revoked_at is null returning id, name, project_id`,
    [at, author.userId, column, value],
  );
  for (const { id, name, project_id } of revoked) {
    const target = { type: "AccessToken", id, title: name } as const;
    await recordEvent(em, { by: author, action: "revoked", target, projectId: project_id, at });
  }
}
