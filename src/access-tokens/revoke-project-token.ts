/** Revokes a project access token: its bot is deleted, and all that the bot did passes to the ghost user. */
import type { Clock } from "../clock.ts";
import type { Database } from "../database/database.ts";
import { ForbiddenError, NotFoundError } from "../errors.ts";
import { ACCESS_LEVELS, NO_ACCESS } from "../projects/access-level.ts";
import { findProjectAtLevel, type Reference } from "../projects/project-access.ts";
import { deleteUser } from "../users/delete-user.ts";
import type { SignedInPrincipal } from "../users/principal.ts";
import type { UserReference } from "../users/user-reference.ts";

/** What revoking works with. */
export interface RevokeServices {
  readonly database: Database;
  readonly clock: Clock;
  /** Every reference to users that there is, of all features. */
  readonly userReferences: readonly UserReference[];
}

/**
 * Revokes a project access token, in one transaction. It is dead for the very next request.
 *
 * @throws NotFoundError when the caller does not see the project, or the token is not the project's or revoked already
 * @throws ForbiddenError when the caller is no Maintainer, or a bot and the token not its own
 * @see spec/access-tokens.md "Revoking"
 */
export function revokeProjectToken(
  { database, clock, userReferences }: RevokeServices,
  { caller, project: reference, tokenId }: { caller: SignedInPrincipal; project: Reference; tokenId: number },
): Promise<void> {
  return database.transaction(async (em) => {
    const isSelf = caller.kind === "bot" && caller.tokenId === tokenId;
    const level = isSelf ? NO_ACCESS : ACCESS_LEVELS.maintainer;
    const { thing: project } = await findProjectAtLevel(em, caller, reference, level);
    if (caller.kind === "bot" && !isSelf) {
      throw new ForbiddenError("403 Forbidden: a bot user may revoke no access token but its own");
    }
    // The row's lock makes the second of two revocations wait, and then find the token revoked.
    const [row] = await em.execute<{ user_id: number }[]>(
      `update access_tokens set revoked_at = ?, revoked_by_id = ?
       where id = ? and project_id = ? and revoked_at is null returning user_id`,
      [clock.now(), caller.userId, tokenId, project.id],
    );
    if (row === undefined) throw new NotFoundError("Project Access Token");
    await deleteUser(em, row.user_id, userReferences);
  });
}
