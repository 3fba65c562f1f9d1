/** Ends the grace of a token's predecessor at once, for instance when nothing uses the old secret any more. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { NotFoundError, RuleRefusedError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { AccessToken } from "./access-token.entity.ts";
import { findTokenProject, lockProjectToken, type ProjectTokenInput } from "./find-token-project.ts";
import { isGraceOver } from "./grace.ts";
import { lockPersonalToken } from "./lock-token.ts";
import { markRevoked } from "./mark-revoked.ts";

/**
 * Ends the predecessor of a project access token; the token itself goes on, and is returned.
 *
 * @throws NotFoundError when the caller does not see the project, or the token is not the project's
 * @throws ForbiddenError when the caller is below Maintainer or the token's level, or a bot and the token not its own
 * @throws RuleRefusedError when it has no predecessor in grace
 * @see docs/spec/access-tokens.md "Rotating"
 */
export function retireProjectTokenPredecessor(
  { database, clock }: UseCaseServices,
  input: ProjectTokenInput,
): Promise<AccessToken> {
  return database.transaction(async (em) => {
    const found = await findTokenProject(em, input, "retire the predecessor of");
    const token = await lockProjectToken(em, found, input.tokenId);
    return await retire(em, token, input.caller, clock.now());
  });
}

/**
 * Ends the predecessor of a personal access token: the caller's own or, for administrators, anybody's.
 *
 * @throws NotFoundError when there is no such token, or it belongs to another user
 * @throws RuleRefusedError when it has no predecessor in grace
 */
export function retirePersonalTokenPredecessor(
  { database, clock }: UseCaseServices,
  { caller, tokenId }: Omit<ProjectTokenInput, "project">,
): Promise<AccessToken> {
  return database.transaction(async (em) => {
    const token = await lockPersonalToken(em, caller, tokenId);
    if (token === undefined) throw new NotFoundError("Personal Access Token");
    return await retire(em, token, caller, clock.now());
  });
}

async function retire(em: SqlEntityManager, token: AccessToken, by: SignedInPrincipal, at: Date): Promise<AccessToken> {
  const isCurrent = token.revokedAt == null && token.retiresAt == null;
  const predecessor = isCurrent ? await findPredecessor(em, token.family) : null;
  if (predecessor === null || isGraceOver(predecessor.retiresAt, at)) {
    throw new RuleRefusedError(
      `token ${token.id} has no predecessor in grace: name the current token of one that was rotated with grace_period`,
    );
  }
  await markRevoked(em, { tokenIds: [predecessor.id] }, { by, at }, "retired");
  return token;
}

/** The token of a family that was rotated away with a grace and is not marked revoked. The family's user is locked. */
export function findPredecessor(em: SqlEntityManager, family: string): Promise<AccessToken | null> {
  return em.findOne(AccessToken, { family, revokedAt: null, retiresAt: { $ne: null } });
}
