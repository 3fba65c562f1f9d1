/** Lists the groups that a caller is a member of, directly or through a parent group. */
import type { FilterQuery } from "@mikro-orm/core";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { likePattern } from "../database/like-pattern.ts";
import type { Page } from "../database/page.ts";
import { Namespace } from "../namespaces/namespace.entity.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";

/** Which groups are wanted, and in which order. */
export interface GroupFilter {
  /** Text that the name or the full path must contain. */
  readonly search?: string | undefined;
  /** The lowest level that the caller must have; without it, an administrator gets every group. */
  readonly minimumAccessLevel?: number | undefined;
  readonly topLevelOnly: boolean;
  readonly orderBy: "id" | "name" | "path";
  readonly direction: "asc" | "desc";
}

const OF_MEMBER = `
  select n.id from namespaces n join full_paths nr on nr.id = n.full_path_id
  where exists (
    select 1 from members m join namespaces a on a.id = m.namespace_id join full_paths r on r.id = a.full_path_id
    where m.user_id = ? and m.access_level >= ? and (r.id = nr.id or starts_with(nr.path, r.path || '/')))`;

/** A page of the caller's groups and the total count; a bot has none, an administrator sees all. */
export async function listGroups(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  filter: GroupFilter,
  page: Page,
): Promise<[Namespace[], number]> {
  const where: FilterQuery<Namespace>[] = [{ kind: "group" }, await ofMember(em, caller, filter.minimumAccessLevel)];
  if (filter.topLevelOnly) where.push({ parent: null });
  if (filter.search !== undefined) {
    const pattern = { $ilike: likePattern(filter.search) };
    where.push({ $or: [{ name: pattern }, { fullPath: { path: pattern } }] });
  }
  const { orderBy, direction } = filter;
  const column = orderBy === "path" ? { fullPath: { path: direction } } : { [orderBy]: direction };
  return await em.findAndCount(
    Namespace,
    { $and: where },
    { populate: ["fullPath"], orderBy: [column, { id: direction }], ...page },
  );
}

async function ofMember(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  level: number | undefined,
): Promise<FilterQuery<Namespace>> {
  if (caller.kind === "bot") return { id: { $in: [] } };
  if (caller.admin && level === undefined) return {};
  const rows = await em.execute<{ id: number }[]>(OF_MEMBER, [caller.userId, level ?? ACCESS_LEVELS.guest]);
  return { id: { $in: rows.map(({ id }) => id) } };
}
