/** Decides whose refresh tokens a caller may see and revoke: their own or, for administrators, anybody's. */
import { ForbiddenError } from "../errors.ts";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";

/** Whose refresh tokens are meant: the caller's own, or those of the user with this id. */
export type RefreshTokenOwner = "self" | { readonly userId: number };

/**
 * The user id of the owner, if the caller may act for them.
 *
 * @throws ForbiddenError when the caller is a bot, or names an owner without being an administrator
 */
export function requireOwner(caller: SignedInPrincipal, owner: RefreshTokenOwner): number {
  if (owner !== "self") {
    requireAdministrator(caller);
    return owner.userId;
  }
  if (caller.kind === "bot") throw new ForbiddenError("a bot user has no refresh tokens");
  return caller.userId;
}
