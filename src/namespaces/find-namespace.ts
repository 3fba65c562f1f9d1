/** Finds namespaces and the caller's level in them. One that the caller may not see looks as if it did not exist. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { ForbiddenError, NotFoundError } from "../errors.ts";
import { ACCESS_LEVELS, NO_ACCESS } from "../principals/access-level.ts";
import type { Principal, UserPrincipal } from "../principals/principal.ts";
import { Namespace } from "./namespace.entity.ts";
import type { ResourceId } from "./path.ts";

/** A namespace and the caller's level in it. */
export interface NamespaceAccess {
  readonly namespace: Namespace;
  readonly accessLevel: number;
}

/**
 * A user's levels in a namespace and in all above it, as a subquery with one parameter, the user's id. Its work grows
 * with the depth of the namespace alone, not with the user's memberships: whoever has many could measure it otherwise.
 *
 * @param start the SQL of the lowest namespace's id
 */
export const levelsFrom = (start: string): string => `
  select m.access_level from (
    with recursive above as (
      select id, parent_id from namespaces where id = ${start}
      union all
      select n.id, n.parent_id from above join namespaces n on n.id = above.parent_id
    )
    select id from above
  ) a join members m on m.namespace_id = a.id and m.user_id = ?`;

/** One statement for what is hidden and for what is missing: neither makes more work than the other. */
const findNamespaceBy = (column: "n.id" | "r.path") => `
  select n.id, l.level from namespaces n join full_paths r on r.id = n.full_path_id
  cross join lateral (
    select greatest(?, coalesce(max(own.access_level), ${NO_ACCESS})) as level from (${levelsFrom("n.id")}) own
  ) l
  where ${column} = ? and l.level > ${NO_ACCESS}`;

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
  const access = await seekMemberNamespace(em, principal, id);
  if (access === undefined) throw new NotFoundError(resource);
  return access;
}

/** Like {@link findMemberNamespace}, but undefined when there is none, or the caller is not a member. */
export async function seekMemberNamespace(
  em: SqlEntityManager,
  principal: Principal,
  id: ResourceId,
): Promise<NamespaceAccess | undefined> {
  const { memberId, everywhere } = levelSources(principal);
  const statement = findNamespaceBy(typeof id === "number" ? "n.id" : "r.path");
  const [found] = await em.execute<{ id: number; level: number }[]>(statement, [everywhere, memberId, id]);
  if (found === undefined) return undefined;
  const namespace = await em.findOne(Namespace, { id: found.id }, { populate: ["fullPath"] });
  return namespace === null ? undefined : { namespace, accessLevel: found.level };
}

/** Whose memberships give the caller levels (null: nobody's), and which level they have everywhere. */
export function levelSources(principal: Principal): { readonly memberId: number | null; readonly everywhere: number } {
  if (principal.kind !== "user") return { memberId: null, everywhere: NO_ACCESS };
  return { memberId: principal.userId, everywhere: principal.admin ? ACCESS_LEVELS.owner : NO_ACCESS };
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

/** Finds the personal namespace of a human, with their own level in it. */
export async function findPersonalNamespace(
  em: SqlEntityManager,
  { username }: Pick<UserPrincipal, "username">,
): Promise<NamespaceAccess> {
  const where = { kind: "user" as const, fullPath: { path: username } };
  const namespace = await em.findOne(Namespace, where, { populate: ["fullPath"] });
  if (namespace === null) throw new NotFoundError("Namespace");
  return { namespace, accessLevel: ACCESS_LEVELS.owner };
}
