/** Revokes refresh tokens: the client must then sign in again. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { NotFoundError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { endRefreshTokens } from "./end-refresh-tokens.ts";
import { type RefreshTokenOwner, requireOwner } from "./refresh-token-owner.ts";

/**
 * Revokes a refresh token.
 *
 * @throws ForbiddenError when the caller may not revoke it
 * @throws NotFoundError when the owner has no such token
 */
export async function revokeRefreshToken(
  { database, clock }: UseCaseServices,
  { caller, owner, tokenId }: { caller: SignedInPrincipal; owner: RefreshTokenOwner; tokenId: number },
): Promise<void> {
  const userId = requireOwner(caller, owner);
  const authorship = { by: caller, at: clock.now() };
  const ended = await database.transaction((em) => endRefreshTokens(em, { userIds: [userId], tokenId }, authorship));
  if (ended === 0) throw new NotFoundError("Refresh Token");
}
