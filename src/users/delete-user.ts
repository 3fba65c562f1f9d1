/** Deletes accounts and hands all their records to the ghost user. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { idArray } from "../database/id-array.ts";
import { NotFoundError, RuleRefusedError } from "../errors.ts";
import type { Actor } from "../principals/principal.ts";
import { findGhostUser } from "./ghost-user.ts";
import { USER_REFERENCES } from "./user-references.ts";

/** Who did something, and when. */
export interface Authorship {
  /** Undefined for Keyside itself. */
  readonly by: Actor | undefined;
  readonly at: Date;
}

/** The services that deleting users needs. */
export interface DeleteUserServices {
  /** Revokes the accounts' credentials in the same transaction. A callback, since access tokens are a higher layer. */
  readonly closeAccounts: (em: SqlEntityManager, userIds: readonly number[], authorship: Authorship) => Promise<void>;
}

/**
 * Locks an account until the transaction ends: changes that would refer to it or to its tokens wait. Returns whether
 * the account (still) exists.
 */
export async function lockUser(em: SqlEntityManager, userId: number): Promise<boolean> {
  return (await lockUsers(em, [userId])).length > 0;
}

/** Like {@link lockUser}, for many: always in the order of their ids. Returns those that (still) exist. */
export async function lockUsers(em: SqlEntityManager, userIds: readonly number[]): Promise<number[]> {
  const rows = await em.execute<{ id: number }[]>(
    "select id from users where id = any(?::int[]) order by id for update",
    [idArray(userIds)],
  );
  return rows.map(({ id }) => id);
}

/**
 * Deletes a user inside the caller's transaction, as {@link deleteUsers} does.
 *
 * @throws NotFoundError when there is no such user (any more)
 * @throws RuleRefusedError for the ghost user
 */
export async function deleteUser(
  em: SqlEntityManager,
  services: DeleteUserServices,
  userId: number,
  authorship: Authorship,
): Promise<void> {
  if ((await deleteUsers(em, services, [userId], authorship)) === 0) throw new NotFoundError("User");
}

/**
 * Deletes users inside the caller's transaction, in the same number of statements however many there are: their tokens
 * are revoked, each record that refers to them passes to the ghost or is deleted, as `USER_REFERENCES` says; then the
 * accounts are deleted. Returns how many there were: those that are gone already are passed over.
 *
 * @throws RuleRefusedError for the ghost user
 * @see docs/spec/access-tokens.md "Revoking"
 */
export async function deleteUsers(
  em: SqlEntityManager,
  { closeAccounts }: DeleteUserServices,
  userIds: readonly number[],
  authorship: Authorship,
): Promise<number> {
  const ghost = await findGhostUser(em);
  if (userIds.includes(ghost.id)) throw new RuleRefusedError("the Ghost User cannot be deleted");
  const present = await lockUsers(em, userIds);
  if (present.length === 0) return 0;
  // All of it is recorded before anybody goes: who deletes may be among those who are deleted.
  await closeAccounts(em, present, authorship);
  const leaving = idArray(present);
  for (const { table, column, onDelete } of USER_REFERENCES) {
    if (onDelete === "ghost") {
      await em.execute("update ?? set ?? = ? where ?? = any(?::int[])", [table, column, ghost.id, column, leaving]);
    } else if ("delete" in onDelete) {
      await em.execute("delete from ?? where ?? = any(?::int[])", [table, column, leaving]);
    } else {
      await em.execute(addUpStatement(table, column, onDelete), [leaving, ghost.id]);
    }
  }
  await em.execute("delete from users where id = any(?::int[])", [leaving]);
  return present.length;
}

/** Its values are the users who go and the user that takes over; rows are changed in the order of their key. */
function addUpStatement(table: string, column: string, { addUp, key }: { addUp: string; key: readonly string[] }) {
  const columns = key.join(", ");
  return `
    with gone as (delete from ${table} where ${column} = any(?::int[]) returning *)
    insert into ${table} as known (${columns}, ${column}, ${addUp})
    select ${columns}, ?, sum(${addUp}) from gone group by ${columns} order by ${columns}
    on conflict (${columns}, ${column}) do update set ${addUp} = known.${addUp} + excluded.${addUp}`;
}
