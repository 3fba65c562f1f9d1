/** Sets the password of a human who has shown that they know the old one. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { ConflictError } from "../errors.ts";
import type { UserPrincipal } from "../principals/principal.ts";
import { lockUser } from "../users/delete-user.ts";
import { findUser } from "../users/find-user.ts";
import { passwordFingerprint } from "../users/password.ts";
import type { EndSignInsServices } from "./end-sign-ins.ts";
import { replacePassword } from "./replace-password.ts";

/** The services that setting one's own password needs. */
export interface SetOwnPasswordServices extends UseCaseServices, EndSignInsServices {}

/** The input of setting one's own password. */
export interface SetOwnPasswordInput {
  readonly caller: UserPrincipal;
  /** Of the password that they showed. */
  readonly oldFingerprint: string;
  readonly passwordDigest: string;
  /** The id of the web session that they do it in, if they do it in one. */
  readonly keepWebSession?: number | undefined;
}

/**
 * Sets the caller's password, unless it is another by now than the one that they showed. What stood in place of the old one
 * ends, but for the web session that they do it in.
 *
 * @throws ConflictError when the password was changed meanwhile
 * @throws NotFoundError when the account was deleted meanwhile
 */
export function setOwnPassword(
  services: SetOwnPasswordServices,
  { caller, oldFingerprint, passwordDigest, keepWebSession }: SetOwnPasswordInput,
): Promise<void> {
  return services.database.transaction(async (em) => {
    await lockUser(em, caller.userId);
    const user = await findUser(em, caller.userId);
    if (user.passwordDigest == null || passwordFingerprint(user.passwordDigest) !== oldFingerprint) {
      throw new ConflictError("the password was changed meanwhile: try again with the present one");
    }
    const at = services.clock.now();
    await replacePassword(em, services, user, { passwordDigest, keepWebSession, by: caller, at });
  });
}
