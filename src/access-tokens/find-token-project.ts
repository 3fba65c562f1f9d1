/** Finds the project of an access token that is to be revoked or rotated, and the token, and checks that the caller may. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { ForbiddenError, NotFoundError } from "../errors.ts";
import type { ResourceId } from "../namespaces/path.ts";
import { ACCESS_LEVELS, NO_ACCESS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { findProjectAtLevel, type ProjectAccess } from "../projects/find-project.ts";
import type { AccessToken } from "./access-token.entity.ts";
import { lockToken } from "./lock-token.ts";

/** A token, its project and the caller. */
export interface ProjectTokenInput {
  readonly caller: SignedInPrincipal;
  readonly project: ResourceId;
  readonly tokenId: number;
}

/** A project, the caller's level in it, and whether the token is the caller's own. */
export interface TokenProject extends ProjectAccess {
  readonly isSelf: boolean;
}

/**
 * The project, the caller's level in it, and whether the token is the caller's own.
 *
 * @throws NotFoundError when the caller does not see the project
 * @throws ForbiddenError when the caller is neither Maintainer nor the token's own bot
 */
export async function findProjectOfToken(
  em: SqlEntityManager,
  { caller, project, tokenId }: ProjectTokenInput,
): Promise<TokenProject> {
  const isSelf = caller.kind === "bot" && caller.tokenId === tokenId;
  const access = await findProjectAtLevel(em, caller, project, isSelf ? NO_ACCESS : ACCESS_LEVELS.maintainer);
  return { ...access, isSelf };
}

/**
 * Like {@link findProjectOfToken}, for who is about to act on the token: a bot may act on no other than its own.
 *
 * @param verb the action, to be put into `a bot user may ... no access token but its own`
 * @throws NotFoundError when the caller does not see the project
 * @throws ForbiddenError when the caller is neither Maintainer nor the token's own bot
 */
export async function findTokenProject(
  em: SqlEntityManager,
  input: ProjectTokenInput,
  verb: "revoke" | "rotate" | "retire the predecessor of",
): Promise<TokenProject> {
  const found = await findProjectOfToken(em, input);
  if (input.caller.kind === "bot" && !found.isSelf) {
    throw new ForbiddenError(`a bot user may ${verb} no access token but its own`);
  }
  return found;
}

/**
 * Locks a token of the project, other than the caller's own of a level within theirs.
 *
 * @throws NotFoundError when the token is not the project's
 * @throws ForbiddenError when the token's level is above the caller's
 */
export async function lockProjectToken(
  em: SqlEntityManager,
  { project, accessLevel, isSelf }: TokenProject,
  tokenId: number,
): Promise<AccessToken> {
  const token = await lockToken(em, { id: tokenId, project: project.id });
  if (token === undefined) throw new NotFoundError("Project Access Token");
  if (!isSelf && (token.accessLevel ?? NO_ACCESS) > accessLevel) {
    throw new ForbiddenError(
      `the token's access level is ${token.accessLevel}, above your own in this project, which is ${accessLevel}`,
    );
  }
  return token;
}
