/** Finds one member: a direct one, or by whichever membership gives them their level. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { NotFoundError } from "../errors.ts";
import { pathPrefixes } from "../namespaces/path.ts";
import { type LoadedMember, Member } from "./member.entity.ts";
import type { FoundPlace, PlaceId } from "./member-place.ts";

/**
 * A direct member, with the user and who added them.
 *
 * @throws NotFoundError when the user is none
 */
export async function findMember(em: SqlEntityManager, placeId: PlaceId, userId: number): Promise<LoadedMember> {
  const member = await em.findOne(Member, { ...placeId, user: userId }, { populate: ["user", "createdBy"] });
  if (member === null) throw new NotFoundError("Member");
  return member;
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

/** The memberships by which each user has their level in a place: of each user one, the highest. */
export async function effectiveMemberIds(em: SqlEntityManager, { id: placeId, path }: FoundPlace): Promise<number[]> {
  const rows = await em.execute<{ id: number }[]>(
    `select distinct on (m.user_id) m.id
     from members m left join namespaces n on n.id = m.namespace_id left join full_paths r on r.id = n.full_path_id
     where m.project_id = ? or r.path in (?)
     order by m.user_id, m.access_level desc, m.project_id nulls last, length(r.path) desc`,
    ["project" in placeId ? placeId.project : null, pathPrefixes(path)],
  );
  return rows.map(({ id }) => id);
}
