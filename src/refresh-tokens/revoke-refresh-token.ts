/** Revokes refresh tokens: the client must then sign in again. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { NotFoundError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { RefreshToken } from "./refresh-token.entity.ts";
import { type RefreshTokenOwner, requireOwner } from "./refresh-token-owner.ts";

/**
 * Revokes a refresh token.
 *
 * @throws ForbiddenError when the caller may not revoke it
 * @throws NotFoundError when the owner has no such token
 */
export async function revokeRefreshToken(
  em: SqlEntityManager,
  { caller, owner, tokenId }: { caller: SignedInPrincipal; owner: RefreshTokenOwner; tokenId: number },
): Promise<void> {
  const revoked = await em.nativeDelete(RefreshToken, { id: tokenId, user: requireOwner(caller, owner) });
  if (revoked === 0) throw new NotFoundError("Refresh Token");
}
