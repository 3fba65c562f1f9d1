/** Sets the password of a human who has shown that they know the old one. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { ConflictError } from "../errors.ts";
import type { UserPrincipal } from "../principals/principal.ts";
import { lockUser } from "../users/delete-user.ts";
import { findUser } from "../users/find-user.ts";
import { passwordFingerprint } from "../users/password.ts";
import type { EndSignInsServices } from "./end-sign-ins.ts";
import { recordAccountEvent } from "./record-account-event.ts";

/** The services that setting one's own password needs. */
export interface SetOwnPasswordServices extends UseCaseServices, EndSignInsServices {}

/**
 * Sets the caller's password, unless it is another by now than the one that they showed; their refresh tokens end.
 *
 * @param oldFingerprint of the password that they showed
 * @throws ConflictError when the password was changed meanwhile
 * @throws NotFoundError when the account was deleted meanwhile
 */
export function setOwnPassword(
  { database, clock, endSignIns }: SetOwnPasswordServices,
  { caller, oldFingerprint, passwordDigest }: { caller: UserPrincipal; oldFingerprint: string; passwordDigest: string },
): Promise<void> {
  return database.transaction(async (em) => {
    await lockUser(em, caller.userId);
    const user = await findUser(em, caller.userId);
    if (user.passwordDigest == null || passwordFingerprint(user.passwordDigest) !== oldFingerprint) {
      throw new ConflictError("the password was changed meanwhile: try again with the present one");
    }
    user.passwordDigest = passwordDigest;
    await em.flush();
    const at = clock.now();
    await endSignIns(em, user.id, { by: caller, at });
    await recordAccountEvent(em, { by: caller, action: "updated", user, at });
  });
}
