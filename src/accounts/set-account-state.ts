/** Blocks and unblocks the accounts of humans. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { requireNotLastOwner } from "../members/last-owner.ts";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { lockUser } from "../users/delete-user.ts";
import { lockDepartures } from "../users/lock-departures.ts";
import type { User, UserState } from "../users/user.entity.ts";
import type { EndSignInsServices } from "./end-sign-ins.ts";
import { findHumanAccount, requireNotSelf } from "./find-account.ts";
import { requireAnotherAdministrator } from "./last-administrator.ts";
import { recordAccountEvent } from "./record-account-event.ts";

/**
 * Blocks a human, so that none of their credentials is accepted any more, or unblocks one. Unblocking revives their access
 * tokens, but no refresh token and no web session: those ended.
 *
 * @throws ForbiddenError when the caller is not an administrator
 * @throws NotFoundError when there is no such user
 * @throws RuleRefusedError for a bot or the ghost, for the last administrator, or when administrators block themselves
 * @throws ConflictError when a group has no other Owner
 */
export function setAccountState(
  { database, clock, endSignIns }: UseCaseServices & EndSignInsServices,
  { caller, userId, state }: { caller: SignedInPrincipal; userId: number; state: UserState },
): Promise<User> {
  const verb = state === "blocked" ? "blocked" : "unblocked";
  return database.transaction(async (em) => {
    requireAdministrator(caller);
    await lockDepartures(em);
    const user = await findHumanAccount(em, caller, userId, verb);
    requireNotSelf(caller, user, "block yourself");
    if (state === "blocked" && user.state !== "blocked") {
      // Whoever makes the user an Owner at this moment has to wait.
      await lockUser(em, user.id);
      await requireAnotherAdministrator(em, user);
      await requireNotLastOwner(em, user);
    }
    user.state = state;
    await em.flush();
    const at = clock.now();
    if (state === "blocked") await endSignIns(em, user.id, { by: caller, at });
    await recordAccountEvent(em, { by: caller, action: verb, user, at });
    return user;
  });
}
