/** Finds the project of an access token that is to be revoked or rotated, and checks that the caller may do so. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { ForbiddenError } from "../errors.ts";
import type { ResourceId } from "../namespaces/path.ts";
import { ACCESS_LEVELS, NO_ACCESS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { findProjectAtLevel, type ProjectAccess } from "../projects/find-project.ts";

/** A token, its project and the caller. */
export interface ProjectTokenInput {
  readonly caller: SignedInPrincipal;
  readonly project: ResourceId;
  readonly tokenId: number;
}

/**
 * The project, the caller's level in it, and whether the token is the caller's own. A bot may act on no other token.
 *
 * @param verb the action, to be put into `a bot user may ... no access token but its own`
 * @throws NotFoundError when the caller does not see the project
 * @throws ForbiddenError when the caller is neither Maintainer nor the token's own bot
 */
export async function findTokenProject(
  em: SqlEntityManager,
  { caller, project, tokenId }: ProjectTokenInput,
  verb: "revoke" | "rotate",
): Promise<ProjectAccess & { readonly isSelf: boolean }> {
  const isSelf = caller.kind === "bot" && caller.tokenId === tokenId;
  const access = await findProjectAtLevel(em, caller, project, isSelf ? NO_ACCESS : ACCESS_LEVELS.maintainer);
  if (caller.kind === "bot" && !isSelf) {
    throw new ForbiddenError(`a bot user may ${verb} no access token but its own`);
  }
  return { ...access, isSelf };
}
