/** Lists groups and personal namespaces together: wherever the caller may find or make projects. */
import { type FilterQuery, raw } from "@mikro-orm/core";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { likePattern } from "../database/like-pattern.ts";
import type { Page } from "../database/page.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { Namespace } from "./namespace.entity.ts";
import { namespacesOfMember } from "./namespaces-of-member.ts";

/** Which namespaces are wanted. */
export interface NamespaceFilter {
  /** Text that the name or the full path must contain. */
  readonly search?: string | undefined;
  /** The lowest level that the caller must have; without it, an administrator gets every namespace. */
  readonly minimumAccessLevel?: number | undefined;
  readonly topLevelOnly: boolean;
}

/**
 * A page of the caller's own namespace and groups, by their full paths, and the total count; a bot has none, an
 * administrator sees all. What is searched for comes first where it is a full path: clients take the first result for it.
 */
export async function listNamespaces(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  { search, minimumAccessLevel, topLevelOnly }: NamespaceFilter,
  page: Page,
): Promise<[Namespace[], number]> {
  const where: FilterQuery<Namespace>[] = [await namespacesOfMember(em, caller, minimumAccessLevel)];
  if (topLevelOnly) where.push({ parent: null });
  if (search !== undefined) {
    const pattern = { $ilike: likePattern(search) };
    where.push({ $or: [{ name: pattern }, { fullPath: { path: pattern } }] });
  }
  const isSearched = raw(
    (alias) => `(select r.path = ? from full_paths r where r.id = ${alias}.full_path_id)`,
    [search?.toLowerCase() ?? ""],
  );
  return await em.findAndCount(
    Namespace,
    { $and: where },
    { populate: ["fullPath"], orderBy: [{ [isSearched]: "desc" }, { fullPath: { path: "asc" } }], ...page },
  );
}
