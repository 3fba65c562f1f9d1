/** Which groups and personal namespaces a caller is a member of, directly or through a group above. */
import type { FilterQuery } from "@mikro-orm/core";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import type { Namespace } from "./namespace.entity.ts";

const OF_MEMBER = `
  select n.id from namespaces n join full_paths nr on nr.id = n.full_path_id
  where exists (
    select 1 from members m join namespaces a on a.id = m.namespace_id join full_paths r on r.id = a.full_path_id
    where m.user_id = ? and m.access_level >= ? and (r.id = nr.id or starts_with(nr.path, r.path || '/')))`;

/**
 * The condition that a namespace is one of the caller's: a bot has none.
 *
 * @param level the lowest level that the caller must have; without it, an administrator has every namespace
 */
export async function namespacesOfMember(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  level: number | undefined,
): Promise<FilterQuery<Namespace>> {
  if (caller.kind === "bot") return { id: { $in: [] } };
  if (caller.admin && level === undefined) return {};
  const rows = await em.execute<{ id: number }[]>(OF_MEMBER, [caller.userId, level ?? ACCESS_LEVELS.guest]);
  return { id: { $in: rows.map(({ id }) => id) } };
}
