/** Finds one member, direct or effective (through the membership that gives them their level). */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { NotFoundError } from "../errors.ts";
import { NAMESPACE_KINDS } from "../namespaces/namespace.entity.ts";
import { pathPrefixes } from "../namespaces/path.ts";
import { NO_ACCESS } from "../principals/access-level.ts";
import { type LoadedMember, Member } from "./member.entity.ts";
import type { FoundPlace, PlaceId } from "./member-place.ts";

/**
 * Finds a direct member, with their user and the user who added them.
 *
 * @throws NotFoundError when the user is not a direct member
 */
export async function findMember(em: SqlEntityManager, placeId: PlaceId, userId: number): Promise<LoadedMember> {
  const member = await em.findOne(Member, { ...placeId, user: userId }, { populate: ["user", "createdBy"] });
  if (member === null) throw new NotFoundError("Member");
  return member;
}

/**
 * Finds the membership that gives a user their level in a place: the highest of the direct and inherited ones that the
 * caller may see.
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

/**
 * The ids of the memberships that give users their level in a place, in SQL: one per user, the highest. Who merely sees a
 * project sees no group above it, and so none of its members either: only the project's own and, in a personal namespace,
 * whose it is. Its values are those of {@link effectiveMemberValues}.
 *
 * @see docs/spec/rest-api.md "May not see the project"
 */
export const EFFECTIVE_MEMBER_IDS = `
  select distinct on (m.user_id) m.id
  from members m left join namespaces n on n.id = m.namespace_id left join full_paths r on r.id = n.full_path_id
  where m.project_id = ? or (r.path in (?) and n.kind in (?))
  order by m.user_id, m.access_level desc, m.project_id nulls last, length(r.path) desc`;

/** The values of {@link EFFECTIVE_MEMBER_IDS}. */
export function effectiveMemberValues({ id: placeId, path, accessLevel }: FoundPlace): readonly unknown[] {
  return [
    "project" in placeId ? placeId.project : null,
    pathPrefixes(path),
    accessLevel > NO_ACCESS ? NAMESPACE_KINDS : ["user"],
  ];
}

/** The ids of the memberships that give users their level in a place. */
export async function effectiveMemberIds(em: SqlEntityManager, place: FoundPlace): Promise<number[]> {
  const rows = await em.execute<{ id: number }[]>(EFFECTIVE_MEMBER_IDS, [...effectiveMemberValues(place)]);
  return rows.map(({ id }) => id);
}
