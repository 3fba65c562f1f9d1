/** Gives a new namespace its first Owner. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { Namespace } from "../namespaces/namespace.entity.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import { Member } from "./member.entity.ts";

/** Makes a user the Owner of the namespace that they created, inside the caller's transaction. */
export async function addFirstOwner(
  em: SqlEntityManager,
  { namespace, userId, now }: { namespace: Namespace; userId: number; now: Date },
): Promise<void> {
  em.create(Member, {
    createdAt: now,
    user: userId,
    namespace,
    accessLevel: ACCESS_LEVELS.owner,
    createdBy: userId,
  });
  await em.flush();
}
