/** Changes the accounts of humans. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { RuleRefusedError } from "../errors.ts";
import { Namespace } from "../namespaces/namespace.entity.ts";
import { requireAdministrator, requireStrengthOfPassword, type SignedInPrincipal } from "../principals/principal.ts";
import { lockDepartures } from "../users/lock-departures.ts";
import type { User } from "../users/user.entity.ts";
import type { EndSignInsServices } from "./end-sign-ins.ts";
import { findHumanAccount, requireNotSelf } from "./find-account.ts";
import { flushAccount } from "./flush-account.ts";
import { requireAnotherAdministrator } from "./last-administrator.ts";
import { recordAccountEvent } from "./record-account-event.ts";

/** The changes to an account; the password is already hashed. */
export interface AccountChanges {
  readonly username?: string | undefined;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly admin?: boolean | undefined;
  readonly passwordDigest?: string | undefined;
}

/**
 * Changes an account. With its password ends what stood in place of it: refresh tokens, web sessions, sign-in links.
 *
 * @throws ForbiddenError when the caller is not an administrator, or sets a password and their credential has not every scope
 * @throws NotFoundError when there is no such user
 * @throws RuleRefusedError for a bot or the ghost, for a new username, for the last administrator, or when administrators demote themselves
 * @throws ConflictError when the e-mail address is taken
 */
export function updateAccount(
  { database, clock, endSignIns }: UseCaseServices & EndSignInsServices,
  { caller, userId, changes }: { caller: SignedInPrincipal; userId: number; changes: AccountChanges },
): Promise<User> {
  return database.transaction(async (em) => {
    requireAdministrator(caller);
    if (changes.admin === false) await lockDepartures(em);
    const user = await findHumanAccount(em, caller, userId, "edited");
    if (changes.username !== undefined && changes.username !== user.username) {
      throw new RuleRefusedError("a username cannot be changed: the names of the user's images begin with it");
    }
    if (changes.admin === false) {
      requireNotSelf(caller, user, "take the rights of an administrator from yourself");
      await requireAnotherAdministrator(em, user);
    }
    if (changes.passwordDigest !== undefined) requireStrengthOfPassword(caller);
    user.name = changes.name ?? user.name;
    user.email = changes.email ?? user.email;
    user.admin = changes.admin ?? user.admin;
    user.passwordDigest = changes.passwordDigest ?? user.passwordDigest;
    await flushAccount(em);
    const personal = await em.findOne(Namespace, { kind: "user", fullPath: { path: user.username } });
    if (personal !== null) personal.name = user.name;
    await em.flush();
    const at = clock.now();
    if (changes.passwordDigest !== undefined) await endSignIns(em, user.id, { by: caller, at });
    await recordAccountEvent(em, { by: caller, action: "updated", user, at });
    return user;
  });
}
