/** Blocks and unblocks the accounts of humans. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import type { User, UserState } from "../users/user.entity.ts";
import { findHumanAccount, requireNotSelf } from "./find-account.ts";
import { recordAccountEvent } from "./record-account-event.ts";

/**
 * Blocks a human, so that none of their credentials is accepted any more, or unblocks one.
 *
 * @throws ForbiddenError when the caller is not an administrator
 * @throws NotFoundError when there is no such user
 * @throws RuleRefusedError for a bot or the ghost, or when administrators block themselves
 */
export function setAccountState(
  { database, clock }: UseCaseServices,
  { caller, userId, state }: { caller: SignedInPrincipal; userId: number; state: UserState },
): Promise<User> {
  const verb = state === "blocked" ? "blocked" : "unblocked";
  return database.transaction(async (em) => {
    const user = await findHumanAccount(em, caller, userId, verb);
    requireNotSelf(caller, user, "block yourself");
    user.state = state;
    await em.flush();
    await recordAccountEvent(em, { by: caller, action: verb, user, at: clock.now() });
    return user;
  });
}
