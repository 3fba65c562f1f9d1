/** Gives a new namespace its first Owner. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { ConflictError } from "../errors.ts";
import type { Namespace } from "../namespaces/namespace.entity.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { UserState } from "../users/user.entity.ts";
import { Member } from "./member.entity.ts";

/**
 * Makes a user the Owner of the namespace that they created, inside the caller's transaction.
 *
 * @throws ConflictError when the user was blocked or deleted meanwhile
 */
export async function addFirstOwner(
  em: SqlEntityManager,
  { namespace, userId, now }: { namespace: Namespace; userId: number; now: Date },
): Promise<void> {
  // Whoever blocks or deletes the user waits for this, or comes first.
  const [user] = await em.execute<{ state: UserState }[]>("select state from users where id = ? for share", [userId]);
  if (user?.state !== "active") throw new ConflictError("the user was blocked or deleted meanwhile");
  em.create(Member, {
    createdAt: now,
    user: userId,
    namespace,
    accessLevel: ACCESS_LEVELS.owner,
    createdBy: userId,
  });
  await em.flush();
}
