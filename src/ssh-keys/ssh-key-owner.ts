/** Decides whose SSH keys a caller may see and delete: their own or, for administrators, anybody's. */
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";

/** Whose SSH keys are meant: the caller's own, or those of the user with this id. */
export type SshKeyOwner = "self" | { readonly userId: number };

/**
 * The user id of the owner, if the caller may act for them. The bot of a project access token has keys as a human has.
 *
 * @throws ForbiddenError when the caller names an owner without being an administrator
 */
export function requireKeyOwner(caller: SignedInPrincipal, owner: SshKeyOwner): number {
  if (owner === "self") return caller.userId;
  requireAdministrator(caller);
  return owner.userId;
}
