/** Deletes an account and hands all its records to the ghost user. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { NotFoundError, RuleRefusedError } from "../errors.ts";
import type { Actor } from "../principals/principal.ts";
import { findGhostUser } from "./ghost-user.ts";
import { User } from "./user.entity.ts";
import { USER_REFERENCES } from "./user-references.ts";

/** Who did something, and when. */
export interface Authorship {
  /** Undefined for Keyside itself. */
  readonly by: Actor | undefined;
  readonly at: Date;
}

/** The services that deleting a user needs. */
export interface DeleteUserServices {
  /** Revokes the account's credentials in the same transaction. A callback, since access tokens are a higher layer. */
  readonly closeAccount: (em: SqlEntityManager, userId: number, authorship: Authorship) => Promise<void>;
}

/**
 * Locks an account until the transaction ends: changes that would refer to it or to its tokens wait. Returns whether
 * the account (still) exists.
 */
export async function lockUser(em: SqlEntityManager, userId: number): Promise<boolean> {
  const rows = await em.execute<unknown[]>("select 1 from users where id = ? for update", [userId]);
  return rows.length > 0;
}

/**
 * Deletes a user inside the caller's transaction: their tokens are revoked, each record that refers to them passes to
 * the ghost or is deleted, as `USER_REFERENCES` says; then the account is deleted.
 *
 * @throws NotFoundError when there is no such user (any more)
 * @throws RuleRefusedError for the ghost user
 * @see docs/spec/access-tokens.md "Revoking"
 */
export async function deleteUser(
  em: SqlEntityManager,
  { closeAccount }: DeleteUserServices,
  userId: number,
  authorship: Authorship,
): Promise<void> {
  const ghost = await findGhostUser(em);
  if (userId === ghost.id) throw new RuleRefusedError("the Ghost User cannot be deleted");
  if (!(await lockUser(em, userId))) throw new NotFoundError("User");
  await closeAccount(em, userId, authorship);
  for (const { table, column, onDelete } of USER_REFERENCES) {
    if (onDelete === "ghost") {
      await em.execute("update ?? set ?? = ? where ?? = ?", [table, column, ghost.id, column, userId]);
    } else if ("delete" in onDelete) {
      await em.execute("delete from ?? where ?? = ?", [table, column, userId]);
    } else {
      await em.execute(addUpStatement(table, column, onDelete), [userId, ghost.id]);
    }
  }
  await em.nativeDelete(User, { id: userId });
}

/** Its values are the user that goes and the user that takes over. */
function addUpStatement(table: string, column: string, { addUp, key }: { addUp: string; key: readonly string[] }) {
  const columns = key.join(", ");
  return `
    with gone as (delete from ${table} where ${column} = ? returning *)
    insert into ${table} as known (${columns}, ${column}, ${addUp})
    select ${columns}, ?, sum(${addUp}) from gone group by ${columns}
    on conflict (${columns}, ${column}) do update set ${addUp} = known.${addUp} + excluded.${addUp}`;
}
