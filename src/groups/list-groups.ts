/** Lists the groups that a caller is a member of, directly or through a parent group. */
import type { FilterQuery } from "@mikro-orm/core";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { likePattern } from "../database/like-pattern.ts";
import type { Page } from "../database/page.ts";
import { Namespace } from "../namespaces/namespace.entity.ts";
import { namespacesOfMember } from "../namespaces/namespaces-of-member.ts";
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

/** A page of the caller's groups and the total count; a bot has none, an administrator sees all. */
export async function listGroups(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  filter: GroupFilter,
  page: Page,
): Promise<[Namespace[], number]> {
  const where: FilterQuery<Namespace>[] = [
    { kind: "group" },
    await namespacesOfMember(em, caller, filter.minimumAccessLevel),
  ];
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
