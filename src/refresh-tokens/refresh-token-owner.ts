/** Whose refresh tokens a caller may see and revoke: their own; as an administrator, anybody's. */
import { ForbiddenError } from "../errors.ts";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";

/** Whose refresh tokens are meant: the caller's own, or those of the user with this id. */
export type RefreshTokenOwner = "self" | { readonly userId: number };

/**
 * The id of the owner.
 *
 * @throws ForbiddenError when the caller is a bot, or is no administrator and the owner is named
 */
export function requireOwner(caller: SignedInPrincipal, owner: RefreshTokenOwner): number {
  if (owner !== "self") {
    requireAdministrator(caller);
    return owner.userId;
  }
  if (caller.kind === "bot") throw new ForbiddenError("a bot user has no refresh tokens");
  return caller.userId;
}
