/** Changes the password of a human who knows the old one. Lies here, above the accounts, since it checks a password. */
import { type SetOwnPasswordServices, setOwnPassword } from "../accounts/set-own-password.ts";
import { ForbiddenError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { authenticateOwnPassword } from "./authenticate-own-password.ts";
import type { AuthenticationServices } from "./authentication-services.ts";
import { digestNewPassword } from "./digest-new-password.ts";
import type { Sender } from "./sender.ts";

/** The input of a change of one's own password. */
export interface ChangeOwnPasswordInput {
  readonly caller: SignedInPrincipal;
  readonly currentPassword: string;
  readonly password: string;
  /** Wrong passwords count against their address. */
  readonly sender: Sender;
  /** The id of the web session that it is changed in, if it is in one: that one goes on. */
  readonly keepWebSession?: number | undefined;
}

/**
 * Sets the caller's password. With the old one end their refresh tokens, sign-in links and web sessions, but for the one that
 * they do it in.
 *
 * @throws ForbiddenError when the caller is a bot
 * @throws ValidationError when the current password is wrong; it counts as any wrong password
 * @throws TooManyFailuresError when too many wrong credentials came from the address, or too many at once
 * @throws ConflictError when the password was changed meanwhile
 * @see docs/spec/rest-api.md "Authentication"
 */
export async function changeOwnPassword(
  services: AuthenticationServices & SetOwnPasswordServices,
  { caller, currentPassword, password, sender, keepWebSession }: ChangeOwnPasswordInput,
): Promise<void> {
  if (caller.kind === "bot") throw new ForbiddenError("a bot user has no password");
  const shown = { username: caller.username, password: currentPassword, field: "currentPassword" };
  const { passwordFingerprint } = await authenticateOwnPassword(services, shown, sender);
  const passwordDigest = await digestNewPassword(services, password, sender);
  await setOwnPassword(services, { caller, oldFingerprint: passwordFingerprint, passwordDigest, keepWebSession });
}
