/** Creates the personal namespace of a human. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { addFirstOwner } from "../members/add-first-owner.ts";
import { createNamespace } from "../namespaces/create-namespace.ts";
import type { User } from "../users/user.entity.ts";

/**
 * Creates a human's personal namespace, whose path is their username, inside the caller's transaction. Only administrators
 * and Keyside itself make humans, so the path may be one whose owner was deleted.
 *
 * @returns whether it is
 * @throws ConflictError when a group has the path
 */
export async function createPersonalNamespace(em: SqlEntityManager, user: User, now: Date): Promise<boolean> {
  const { namespace, wasDeleted } = await createNamespace(em, {
    kind: "user",
    name: user.name,
    path: user.username,
    within: null,
    administrator: true,
    description: null,
    now,
  });
  await addFirstOwner(em, { namespace, userId: user.id, now });
  return wasDeleted;
}
