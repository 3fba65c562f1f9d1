/** Blocks and unblocks the accounts of humans. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import type { User, UserState } from "../users/user.entity.ts";
import type { EndSignInsServices } from "./end-sign-ins.ts";
import { findHumanAccount, requireNotSelf } from "./find-account.ts";
import { recordAccountEvent } from "./record-account-event.ts";

/**
 * Blocks a human, so that none of their credentials is accepted any more, or unblocks one. Unblocking revives their access
 * tokens, but no refresh token: those ended.
 *
 * @throws ForbiddenError when the caller is not an administrator
 * @throws NotFoundError when there is no such user
 * @throws RuleRefusedError for a bot or the ghost, or when administrators block themselves
 */
export function setAccountState(
  { database, clock, endSignIns }: UseCaseServices & EndSignInsServices,
  { caller, userId, state }: { caller: SignedInPrincipal; userId: number; state: UserState },
): Promise<User> {
  const verb = state === "blocked" ? "blocked" : "unblocked";
  return database.transaction(async (em) => {
    const user = await findHumanAccount(em, caller, userId, verb);
    requireNotSelf(caller, user, "block yourself");
    user.state = state;
    await em.flush();
    const at = clock.now();
    if (state === "blocked") await endSignIns(em, user.id, { by: caller, at });
    await recordAccountEvent(em, { by: caller, action: verb, user, at });
    return user;
  });
}
