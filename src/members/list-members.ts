/** Lists members: a place's own, or also those that it inherits from the groups that it lies in. */
import type { FilterQuery } from "@mikro-orm/core";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { likePattern } from "../database/like-pattern.ts";
import type { Page } from "../database/page.ts";
import { NotFoundError } from "../errors.ts";
import { type LoadedMember, Member } from "./member.entity.ts";
import type { FoundPlace } from "./member-place.ts";
import { pathPrefixes } from "../namespaces/path.ts";

/** A page of a place's direct members, with their users, and how many there are in all; `search` is a part of a name or username. */
export function listMembers(
  em: SqlEntityManager,
  { where }: FoundPlace,
  search: string | undefined,
  page: Page,
): Promise<[LoadedMember[], number]> {
  return findPage(em, { ...where }, search, page);
}

/** A page of all who have access by membership, each once, at their highest level. */
export async function listEffectiveMembers(
  em: SqlEntityManager,
  place: FoundPlace,
  search: string | undefined,
  page: Page,
): Promise<[LoadedMember[], number]> {
  return await findPage(em, { id: { $in: await effectiveMemberIds(em, place) } }, search, page);
}

/**
 * The membership by which a user has their level in a place: the highest of their own and the inherited ones.
 *
 * @throws NotFoundError when they have none
 */
export async function findEffectiveMember(
  em: SqlEntityManager,
  place: FoundPlace,
  userId: number,
): Promise<LoadedMember> {
  const ids = await effectiveMemberIds(em, place);
  const member = await em.findOne(Member, { id: { $in: ids }, user: userId }, { populate: ["user", "createdBy"] });
  if (member === null) throw new NotFoundError("Member");
  return member;
}

async function effectiveMemberIds(em: SqlEntityManager, { where, path }: FoundPlace): Promise<number[]> {
  const rows = await em.execute<{ id: number }[]>(
    `select distinct on (m.user_id) m.id
     from members m left join namespaces n on n.id = m.namespace_id left join routes r on r.id = n.route_id
     where m.project_id = ? or r.path in (?)
     order by m.user_id, m.access_level desc, m.project_id nulls last, length(r.path) desc`,
    ["project" in where ? where.project : null, pathPrefixes(path)],
  );
  return rows.map(({ id }) => id);
}

function findPage(
  em: SqlEntityManager,
  where: FilterQuery<Member>,
  search: string | undefined,
  page: Page,
): Promise<[LoadedMember[], number]> {
  const pattern = search === undefined ? undefined : { $ilike: likePattern(search) };
  const found = pattern === undefined ? {} : { user: { $or: [{ name: pattern }, { username: pattern }] } };
  return em.findAndCount(
    Member,
    { $and: [where, found] },
    { populate: ["user", "createdBy"], orderBy: { id: "asc" }, ...page },
  );
}
