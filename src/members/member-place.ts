/** What one can be a member of: a project or a group, as the calls about members name it. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { ACCESS_LEVELS, NO_ACCESS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { findGroupAtLevel, findProjectAtLevel, type Reference } from "../projects/find-project.ts";

/** A project or a group, as a caller names it. */
export type MemberPlace = { readonly project: Reference } | { readonly group: Reference };

/** The same, as the rows of memberships name it. */
export type Where = { readonly project: number } | { readonly namespace: number };

/** A place that was found. */
export interface FoundPlace {
  readonly where: Where;
  /** The full path. */
  readonly path: string;
  /** The caller's. */
  readonly accessLevel: number;
}

/**
 * Finds a place whose members the caller may see or manage: of a project, Maintainers manage them; of a group, Owners.
 *
 * @throws NotFoundError when the caller does not see it
 * @throws ForbiddenError when the caller's level is too low
 */
export async function placeOf(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  place: MemberPlace,
  purpose: "see" | "manage",
): Promise<FoundPlace> {
  const manage = purpose === "manage";
  if ("project" in place) {
    const level = manage ? ACCESS_LEVELS.maintainer : NO_ACCESS;
    const { thing, accessLevel } = await findProjectAtLevel(em, caller, place.project, level);
    return { where: { project: thing.id }, path: thing.route.path, accessLevel };
  }
  const level = manage ? ACCESS_LEVELS.owner : NO_ACCESS;
  const { thing, accessLevel } = await findGroupAtLevel(em, caller, place.group, level);
  return { where: { namespace: thing.id }, path: thing.route.path, accessLevel };
}
