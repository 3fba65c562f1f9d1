/** Lists the members of a project or group: the direct ones, or also those inherited from the groups above it. */
import type { FilterQuery } from "@mikro-orm/core";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { likePattern } from "../database/like-pattern.ts";
import type { Page } from "../database/page.ts";
import { effectiveMemberIds } from "./find-member.ts";
import { type LoadedMember, Member } from "./member.entity.ts";
import type { FoundPlace } from "./member-place.ts";

/**
 * A page of a place's direct members, with their users, and how many there are in all.
 *
 * @param search a part of a name or username
 */
export function listMembers(
  em: SqlEntityManager,
  { id: placeId }: FoundPlace,
  search: string | undefined,
  page: Page,
): Promise<[LoadedMember[], number]> {
  return findPage(em, { ...placeId }, search, page);
}

/** A page of everybody with access by membership that the caller may see, each once, with their highest level. */
export async function listEffectiveMembers(
  em: SqlEntityManager,
  place: FoundPlace,
  search: string | undefined,
  page: Page,
): Promise<[LoadedMember[], number]> {
  return await findPage(em, { id: { $in: await effectiveMemberIds(em, place) } }, search, page);
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
