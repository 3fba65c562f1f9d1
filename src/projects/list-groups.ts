/** Lists the groups that a caller is a member of, directly or by a group above. */
import type { FilterQuery } from "@mikro-orm/core";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { pageWindow } from "../http/pagination.ts";
import { likePattern } from "../http/validate.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import type { ListGroupsQuery } from "./group.schema.ts";
import { Namespace } from "./namespace.entity.ts";

const OF_MEMBER = `
  select n.id from namespaces n join routes nr on nr.id = n.route_id
  where exists (
    select 1 from members m join namespaces a on a.id = m.namespace_id join routes r on r.id = a.route_id
    where m.user_id = ? and m.access_level >= ? and (r.id = nr.id or starts_with(nr.path, r.path || '/')))`;

/** A page of the caller's groups, and how many there are in all; a bot has none, an administrator sees all. */
export async function listGroups(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  query: ListGroupsQuery,
): Promise<[Namespace[], number]> {
  const where: FilterQuery<Namespace>[] = [{ kind: "group" }, await ofMember(em, caller, query)];
  if (query.top_level_only === true) where.push({ parent: null });
  if (query.search !== undefined) {
    const pattern = { $ilike: likePattern(query.search) };
    where.push({ $or: [{ name: pattern }, { route: { path: pattern } }] });
  }
  const column = query.order_by === "path" ? { route: { path: query.sort } } : { [query.order_by]: query.sort };
  return await em.findAndCount(
    Namespace,
    { $and: where },
    { populate: ["route"], orderBy: [column, { id: query.sort }], ...pageWindow(query) },
  );
}

async function ofMember(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  query: ListGroupsQuery,
): Promise<FilterQuery<Namespace>> {
  if (caller.kind === "bot") return { id: { $in: [] } };
  const level = query.owned === true ? ACCESS_LEVELS.owner : query.min_access_level;
  if (caller.admin && level === undefined) return {};
  const rows = await em.execute<{ id: number }[]>(OF_MEMBER, [caller.userId, level ?? ACCESS_LEVELS.guest]);
  return { id: { $in: rows.map(({ id }) => id) } };
}
