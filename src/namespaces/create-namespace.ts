/** Creates the namespaces of groups, subgroups and humans. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { claimPath, type PathClaim } from "./claim-path.ts";
import { Namespace, type NamespaceKind } from "./namespace.entity.ts";

/** The input of a new namespace. */
export interface CreateNamespaceInput {
  readonly kind: NamespaceKind;
  readonly name: string;
  /** The full path. */
  readonly path: string;
  /** The namespace that it lies in, and its creator's level there; null at the top level. */
  readonly within: { readonly parent: Namespace; readonly accessLevel: number } | null;
  /** Whether the creator is an administrator, or Keyside itself. */
  readonly administrator: PathClaim["administrator"];
  readonly description: string | null;
  readonly now: Date;
}

/** A new namespace. */
export interface CreatedNamespace {
  readonly namespace: Namespace;
  /** Whether something that was deleted had its path. */
  readonly wasDeleted: boolean;
}

/**
 * Creates a namespace without members, inside the caller's transaction.
 *
 * @throws ConflictError when the path is taken by a namespace or a project
 */
export async function createNamespace(em: SqlEntityManager, input: CreateNamespaceInput): Promise<CreatedNamespace> {
  const { path, within, administrator } = input;
  const { fullPath, wasDeleted } = await claimPath(em, {
    path,
    kind: "namespace",
    within: within === null ? null : { namespaceId: within.parent.id, accessLevel: within.accessLevel },
    administrator,
  });
  const namespace = em.create(Namespace, {
    createdAt: input.now,
    kind: input.kind,
    name: input.name,
    fullPath,
    parent: within?.parent ?? null,
    description: input.description,
  });
  await em.flush();
  return { namespace, wasDeleted };
}
