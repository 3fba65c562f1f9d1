/** Marks access tokens as revoked and records it. Whatever ends a token before its expiry date ends here. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { idArray } from "../database/id-array.ts";
import { recordEvents } from "../events/record-event.ts";
import type { Authorship } from "../users/delete-user.ts";
import { findGhostUser } from "../users/ghost-user.ts";

interface RevokedRow {
  id: number;
  name: string;
  user_id: number;
  project_id: number | null;
  /** When the grace ended that it was rotated away with; null where another end came first. */
  retired_at: string | Date | null;
}

/** Which tokens: of a family or of some, by their ids, or of some users. */
export type TokensToRevoke =
  | { readonly family: string }
  | { readonly families: readonly string[] }
  | { readonly tokenIds: readonly number[] }
  | { readonly userIds: readonly number[] };

/**
 * Revokes tokens that are not revoked yet, inside the caller's transaction: in the same number of statements however many
 * there are. Each token has its own event: `action`; of one whose grace is over by then, `retired`, at the end of the grace.
 */
export async function markRevoked(
  em: SqlEntityManager,
  which: TokensToRevoke,
  { by, at }: Authorship,
  action: "revoked" | "retired" = "revoked",
): Promise<void> {
  const author = by ?? { userId: (await findGhostUser(em)).id, tokenId: null };
  const [condition, value] = conditionOf(which);
  const revoked = await em.execute<RevokedRow[]>(
    `update access_tokens set revoked_at = least(?, retires_at), revoked_by_id = ?
     where ${condition} and revoked_at is null
     returning id, name, user_id, project_id, case when revoked_at = retires_at then retires_at end as retired_at`,
    [at, author.userId, value],
  );
  await recordEvents(
    em,
    revoked
      .sort((one, other) => one.id - other.id)
      .map(({ id, name, user_id, project_id, retired_at }) => ({
        ...(retired_at === null
          ? { by: author, action, at }
          : { by: { userId: user_id, tokenId: null }, action: "retired", at: new Date(retired_at) }),
        target: { type: "AccessToken", id, title: name },
        projectId: project_id,
      })),
  );
}

function conditionOf(which: TokensToRevoke): [condition: string, value: string] {
  if ("family" in which) return ["family = ?", which.family];
  if ("families" in which) {
    return ["family in (select jsonb_array_elements_text(?::jsonb))", JSON.stringify(which.families)];
  }
  if ("tokenIds" in which) return ["id = any(?::int[])", idArray(which.tokenIds)];
  return ["user_id = any(?::int[])", idArray(which.userIds)];
}
