/** Deletes an account and hands all its records to the ghost user. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { NotFoundError, RuleRefusedError } from "../errors.ts";
import type { Actor } from "../principals/principal.ts";
import { findGhostUser } from "./ghost-user.ts";
import { User } from "./user.entity.ts";
import type { UserReference } from "./user-references.ts";

/** Who deletes, and when. */
export interface Deletion {
  /** Undefined for Keyside itself. */
  readonly by: Actor | undefined;
  readonly at: Date;
}

/** What the features above have to say about the deletion of an account. */
export interface UserDeletion {
  /** Every reference to users that there is, of all features. */
  readonly userReferences: readonly UserReference[];
  /** Kills what the account signs in with, in the same transaction. */
  readonly closeAccount: (em: SqlEntityManager, userId: number, deletion: Deletion) => Promise<void>;
}

/**
 * Holds an account against everything that would refer to it or change its tokens, until the transaction ends; answers
 * whether it is (still) there.
 */
export async function lockUser(em: SqlEntityManager, userId: number): Promise<boolean> {
  const rows = await em.execute<unknown[]>("select 1 from users where id = ? for update", [userId]);
  return rows.length > 0;
}

/**
 * Deletes a user inside the caller's transaction: its tokens die, each reference passes to the ghost or goes, as
 * declared; then the account goes.
 *
 * @throws NotFoundError when there is no such user any more
 * @throws RuleRefusedError for the ghost user
 * @see spec/access-tokens.md "Revoking"
 */
export async function deleteUser(
  em: SqlEntityManager,
  { userReferences, closeAccount }: UserDeletion,
  userId: number,
  deletion: Deletion,
): Promise<void> {
  const ghost = await findGhostUser(em);
  if (userId === ghost.id) throw new RuleRefusedError("the Ghost User cannot be deleted");
  if (!(await lockUser(em, userId))) throw new NotFoundError("User");
  await closeAccount(em, userId, deletion);
  for (const { table, column, onDelete } of userReferences) {
    const statement = onDelete === "ghost" ? "update ?? set ?? = ? where ?? = ?" : "delete from ?? where ?? = ?";
    const values = onDelete === "ghost" ? [table, column, ghost.id, column, userId] : [table, column, userId];
    await em.execute(statement, values);
  }
  await em.nativeDelete(User, { id: userId });
}
