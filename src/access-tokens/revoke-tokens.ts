/** Revokes many access tokens at once, of a project, of a human or of the instance: all of them, or none. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { ForbiddenError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { type Authorship, deleteUsers, lockUsers } from "../users/delete-user.ts";
import { findLivingFamilies, type LivingFamily, requireSomeTokens } from "./find-living-families.ts";
import { findTokenOwner, type TokenOwner, type TokensOf } from "./find-token-owner.ts";
import { markRevoked } from "./mark-revoked.ts";
import type { RevokeServices } from "./revoke-token.ts";

/** Which tokens, by their numbers: 1 to 100. */
export interface TokensToRevokeInput {
  readonly caller: SignedInPrincipal;
  readonly of: TokensOf;
  readonly tokenIds: readonly number[];
}

/** The numbers that were named: of those whose secrets were ended, and of those that were dead already or are not there. */
export interface RevokedTokens {
  readonly revoked: readonly number[];
  readonly skipped: readonly number[];
}

/**
 * Revokes tokens, each with all secrets of its family, in one transaction and in the same number of statements however many
 * there are.
 *
 * @throws NotFoundError when the caller does not see the project, or an administrator names no user
 * @throws ForbiddenError when the caller is below Maintainer, or means another's personal tokens without being an
 *   administrator, or is a bot
 * @throws ValidationError when no token is named, or more than 100 are
 * @see docs/spec/access-tokens.md "Revoking"
 */
export async function revokeTokens(
  services: RevokeServices,
  { caller, of, tokenIds }: TokensToRevokeInput,
): Promise<RevokedTokens> {
  requireSomeTokens(tokenIds);
  return await services.database.transaction(async (em) => {
    const owner = await findTokenOwner(em, caller, of);
    if (caller.kind === "bot") throw new ForbiddenError("a bot user may revoke no access token but its own");
    const families = await lockLivingFamilies(em, owner, tokenIds);
    if (families.length > 0) await end(em, services, families, { by: caller, at: services.clock.now() });
    const revoked = families.map(({ namedId }) => namedId);
    return { revoked, skipped: [...new Set(tokenIds)].filter((id) => !revoked.includes(id)) };
  });
}

/** Their users are locked before they are read for good: what was ended meanwhile is not ended again. */
async function lockLivingFamilies(
  em: SqlEntityManager,
  owner: TokenOwner,
  tokenIds: readonly number[],
): Promise<readonly LivingFamily[]> {
  const seen = await findLivingFamilies(em, owner, tokenIds);
  const userIds = seen.map(({ userId }) => userId);
  await lockUsers(em, userIds);
  return await findLivingFamilies(em, owner, tokenIds);
}

/** A bot goes with its token, and takes along all that its family has; a human stays. */
async function end(
  em: SqlEntityManager,
  services: RevokeServices,
  families: readonly LivingFamily[],
  authorship: Authorship,
): Promise<void> {
  const personal = families.filter(({ isOfProject }) => !isOfProject).map(({ family }) => family);
  const bots = families.filter(({ isOfProject }) => isOfProject).map(({ userId }) => userId);
  if (personal.length > 0) await markRevoked(em, { families: [...new Set(personal)] }, authorship);
  if (bots.length > 0) await deleteUsers(em, services, [...new Set(bots)], authorship);
}
