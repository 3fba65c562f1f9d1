/** Makes groups, subgroups and the personal namespaces of humans. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { violatesUnique } from "../database/database-errors.ts";
import { ConflictError } from "../errors.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import { Member } from "../members/member.entity.ts";
import { Namespace, type NamespaceKind } from "./namespace.entity.ts";
import { Route } from "./full-path.entity.ts";

/** What a namespace is made from. */
export interface CreateNamespaceInput {
  readonly kind: NamespaceKind;
  readonly name: string;
  /** The full path. */
  readonly path: string;
  readonly parent: Namespace | null;
  readonly description: string | null;
  readonly ownerId: number;
  readonly now: Date;
}

/**
 * Makes a namespace, and its owner the Owner of it, inside the caller's transaction.
 *
 * @throws ConflictError when the path is taken by a namespace or a project
 */
export async function createNamespace(em: SqlEntityManager, input: CreateNamespaceInput): Promise<Namespace> {
  const route = await claimPath(em, input.path);
  const namespace = em.create(Namespace, {
    createdAt: input.now,
    kind: input.kind,
    name: input.name,
    route,
    parent: input.parent,
    description: input.description,
  });
  em.create(Member, {
    createdAt: input.now,
    user: input.ownerId,
    namespace,
    accessLevel: ACCESS_LEVELS.owner,
    createdBy: input.ownerId,
  });
  await em.flush();
  return namespace;
}

/**
 * Takes a full path for a namespace or a project.
 *
 * @throws ConflictError when it is taken
 */
export async function claimPath(em: SqlEntityManager, path: string): Promise<Route> {
  const route = em.create(Route, { path });
  try {
    await em.flush();
  } catch (error) {
    if (violatesUnique(error, "routes_path_unique"))
      throw new ConflictError(`the path "${path}" has already been taken`);
    throw error;
  }
  return route;
}
