/** Creates the personal namespace of a human. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { addFirstOwner } from "../members/add-first-owner.ts";
import { createNamespace } from "../namespaces/create-namespace.ts";
import type { User } from "../users/user.entity.ts";

/** Creates a human's personal namespace, whose path is their username, inside the caller's transaction. */
export async function createPersonalNamespace(em: SqlEntityManager, user: User, now: Date): Promise<void> {
  const namespace = await createNamespace(em, {
    kind: "user",
    name: user.name,
    path: user.username,
    parent: null,
    description: null,
    now,
  });
  await addFirstOwner(em, { namespace, userId: user.id, now });
}
