/** Lists the refresh tokens by which registry clients are signed in as a human. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { Page } from "../database/page.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { findUser } from "../users/find-user.ts";
import { RefreshToken } from "./refresh-token.entity.ts";
import { type RefreshTokenOwner, requireOwner } from "./refresh-token-owner.ts";

/**
 * A page of refresh tokens, newest first, and the total count.
 *
 * @throws ForbiddenError when the caller may not see them
 * @throws NotFoundError when there is no such user
 */
export async function listRefreshTokens(
  em: SqlEntityManager,
  { caller, owner }: { caller: SignedInPrincipal; owner: RefreshTokenOwner },
  page: Page,
): Promise<[RefreshToken[], number]> {
  const userId = requireOwner(caller, owner);
  if (owner !== "self") await findUser(em, userId);
  return await em.findAndCount(RefreshToken, { user: userId }, { orderBy: { id: "desc" }, ...page });
}
