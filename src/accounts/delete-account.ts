/** Deletes the accounts of humans. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { removeNamespace } from "../namespaces/remove-namespace.ts";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { type DeleteUserServices, deleteUser } from "../users/delete-user.ts";
import { lockDepartures } from "../users/lock-departures.ts";
import { findHumanAccount } from "./find-account.ts";
import { recordAccountEvent } from "./record-account-event.ts";
import { requireDeletable } from "./require-deletable.ts";

/**
 * Deletes a human: their tokens are revoked, their memberships and personal namespace deleted; all other records pass to
 * the ghost user.
 *
 * @throws ForbiddenError when the caller is not an administrator
 * @throws NotFoundError when there is no such user
 * @throws RuleRefusedError for a bot or the ghost, for the last administrator, or when administrators delete themselves
 * @throws ConflictError while their namespace holds projects, or a group has no other Owner
 * @see docs/adr/0009-what-holds-projects-stays.md
 */
export function deleteAccount(
  services: UseCaseServices & DeleteUserServices,
  { caller, userId }: { caller: SignedInPrincipal; userId: number },
): Promise<void> {
  return services.database.transaction(async (em) => {
    requireAdministrator(caller);
    await lockDepartures(em);
    const user = await findHumanAccount(em, caller, userId, "deleted");
    const personal = await requireDeletable(em, caller, user);
    const at = services.clock.now();
    await deleteUser(em, services, user.id, { by: caller, at });
    if (personal !== null) await removeNamespace(em, personal, at);
    await recordAccountEvent(em, { by: caller, action: "destroyed", user, at });
  });
}
