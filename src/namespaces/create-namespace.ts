/** Creates the namespaces of groups, subgroups and humans. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { claimPath } from "./claim-path.ts";
import { Namespace, type NamespaceKind } from "./namespace.entity.ts";

/** The input of a new namespace. */
export interface CreateNamespaceInput {
  readonly kind: NamespaceKind;
  readonly name: string;
  /** The full path. */
  readonly path: string;
  readonly parent: Namespace | null;
  readonly description: string | null;
  readonly now: Date;
}

/**
 * Creates a namespace without members, inside the caller's transaction.
 *
 * @throws ConflictError when the path is taken by a namespace or a project
 */
export async function createNamespace(em: SqlEntityManager, input: CreateNamespaceInput): Promise<Namespace> {
  const fullPath = await claimPath(em, input.path);
  const namespace = em.create(Namespace, {
    createdAt: input.now,
    kind: input.kind,
    name: input.name,
    fullPath,
    parent: input.parent,
    description: input.description,
  });
  await em.flush();
  return namespace;
}
