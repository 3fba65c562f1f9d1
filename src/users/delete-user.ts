/** Deletes an account and hands all its records to the ghost user. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { NotFoundError, RuleRefusedError } from "../errors.ts";
import { findGhostUser } from "./ghost-user.ts";
import { User } from "./user.entity.ts";
import type { UserReference } from "./user-reference.ts";

/**
 * Deletes a user inside the caller's transaction: each reference passes to the ghost or goes, as declared; then the
 * account goes.
 *
 * @throws NotFoundError when there is no such user any more
 * @throws RuleRefusedError for the ghost user
 * @see spec/access-tokens.md "Revoking"
 */
export async function deleteUser(
  em: SqlEntityManager,
  userId: number,
  references: readonly UserReference[],
): Promise<void> {
  const ghost = await findGhostUser(em);
  if (userId === ghost.id) throw new RuleRefusedError("the Ghost User cannot be deleted");
  for (const { table, column, onDelete } of references) {
    const statement = onDelete === "ghost" ? "update ?? set ?? = ? where ?? = ?" : "delete from ?? where ?? = ?";
    const values = onDelete === "ghost" ? [table, column, ghost.id, column, userId] : [table, column, userId];
    await em.execute(statement, values);
  }
  if ((await em.nativeDelete(User, { id: userId })) === 0) throw new NotFoundError("User");
}
