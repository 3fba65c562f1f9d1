/** Finds namespaces and the caller's level in them. One that the caller may not see looks as if it did not exist. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { ForbiddenError, NotFoundError } from "../errors.ts";
import { ACCESS_LEVELS, NO_ACCESS } from "../principals/access-level.ts";
import type { Principal, UserPrincipal } from "../principals/principal.ts";
import { Namespace } from "./namespace.entity.ts";
import { pathPrefixes, type ResourceId } from "./path.ts";

/** A namespace and the caller's level in it. */
export interface NamespaceAccess {
  readonly namespace: Namespace;
  readonly accessLevel: number;
}

/**
 * Finds a group or personal namespace, if the caller is a member of it or of a namespace above it.
 *
 * @param resource what the error calls it
 * @throws NotFoundError when it does not exist, or the caller is not a member
 */
export async function findMemberNamespace(
  em: SqlEntityManager,
  principal: Principal,
  id: ResourceId,
  resource: "Group" | "Namespace" = "Group",
): Promise<NamespaceAccess> {
  const where = typeof id === "number" ? { id } : { fullPath: { path: id } };
  const namespace = await em.findOne(Namespace, where, { populate: ["fullPath"] });
  if (namespace === null) throw new NotFoundError(resource);
  const accessLevel = await namespaceAccessLevel(em, principal, namespace.fullPath.path);
  if (accessLevel === NO_ACCESS) throw new NotFoundError(resource);
  return { namespace, accessLevel };
}

/**
 * Finds a group, if the caller has at least `level` in it; personal namespaces do not count.
 *
 * @throws NotFoundError when it does not exist, or the caller is not a member
 * @throws ForbiddenError when the caller's level is too low
 */
export async function findGroupAtLevel(
  em: SqlEntityManager,
  principal: Principal,
  id: ResourceId,
  level: number,
): Promise<NamespaceAccess> {
  const access = await findMemberNamespace(em, principal, id);
  if (access.namespace.kind !== "group") throw new NotFoundError("Group");
  if (access.accessLevel < level) throw new ForbiddenError();
  return access;
}

/** Finds the caller's personal namespace. */
export async function findPersonalNamespace(em: SqlEntityManager, principal: UserPrincipal): Promise<NamespaceAccess> {
  const where = { kind: "user" as const, fullPath: { path: principal.username } };
  const namespace = await em.findOne(Namespace, where, { populate: ["fullPath"] });
  if (namespace === null) throw new NotFoundError("Namespace");
  return { namespace, accessLevel: ACCESS_LEVELS.owner };
}

/** The caller's highest level in a namespace or any namespace above it. */
export async function namespaceAccessLevel(em: SqlEntityManager, principal: Principal, path: string): Promise<number> {
  if (principal.kind !== "user") return NO_ACCESS;
  if (principal.admin) return ACCESS_LEVELS.owner;
  const [row] = await em.execute<{ level: number | null }[]>(
    `select max(m.access_level) as level
     from members m join namespaces n on n.id = m.namespace_id join full_paths r on r.id = n.full_path_id
     where m.user_id = ? and r.path in (?)`,
    [principal.userId, pathPrefixes(path)],
  );
  return row?.level ?? NO_ACCESS;
}
