/** What a user can be a member of: a project or a group. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { ForbiddenError } from "../errors.ts";
import { findGroupAtLevel } from "../namespaces/find-namespace.ts";
import type { ResourceId } from "../namespaces/path.ts";
import { ACCESS_LEVELS, type AccessLevel, NO_ACCESS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { findProjectAtLevel } from "../projects/find-project.ts";

/** A project or a group, as a caller names it. */
export type MemberPlace = { readonly project: ResourceId } | { readonly group: ResourceId };

/** A project or a namespace by its id, as rows of memberships refer to it. */
export type PlaceId = { readonly project: number } | { readonly namespace: number };

/** A place that was found, and the caller's level in it. */
export interface FoundPlace {
  readonly id: PlaceId;
  /** The full path. */
  readonly path: string;
  /** The caller's level. */
  readonly accessLevel: number;
}

/** The level from which on the members of a place are managed: Maintainers do that in a project, Owners in a group. */
export function levelToManage(place: MemberPlace | PlaceId): AccessLevel {
  return "project" in place ? ACCESS_LEVELS.maintainer : ACCESS_LEVELS.owner;
}

/** Whether the caller may manage the members of a place. */
export function managesMembers({ id, accessLevel }: Pick<FoundPlace, "id" | "accessLevel">): boolean {
  return accessLevel >= levelToManage(id);
}

/**
 * Finds a place whose members the caller may see or manage.
 *
 * @throws NotFoundError when the caller does not see it
 * @throws ForbiddenError when the caller's level is too low, or a bot asks about another project than its own
 */
export async function findPlace(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  place: MemberPlace,
  purpose: "see" | "manage",
): Promise<FoundPlace> {
  const level = purpose === "manage" ? levelToManage(place) : NO_ACCESS;
  if ("project" in place) {
    const { project, accessLevel } = await findProjectAtLevel(em, caller, place.project, level);
    if (caller.kind === "bot" && caller.project.id !== project.id) {
      throw new ForbiddenError("a bot user sees the members of its own project alone");
    }
    return { id: { project: project.id }, path: project.fullPath.path, accessLevel };
  }
  const { namespace, accessLevel } = await findGroupAtLevel(em, caller, place.group, level);
  return { id: { namespace: namespace.id }, path: namespace.fullPath.path, accessLevel };
}
