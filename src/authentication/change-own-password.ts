/** Changes the password of a human who knows the old one. Lies here, above the accounts, since it checks a password. */
import { type SetOwnPasswordServices, setOwnPassword } from "../accounts/set-own-password.ts";
import { ForbiddenError, UnauthenticatedError, ValidationError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { digestPassword } from "../users/password.ts";
import { authenticatePassword, lineOf } from "./authenticate-password.ts";
import type { AuthenticationServices } from "./authentication-services.ts";
import type { Sender } from "./sender.ts";

/** The input of a change of one's own password. */
export interface ChangeOwnPasswordInput {
  readonly caller: SignedInPrincipal;
  readonly currentPassword: string;
  readonly password: string;
  /** Wrong passwords count against their address. */
  readonly sender: Sender;
}

/**
 * Sets the caller's password; their refresh tokens end with the old one.
 *
 * @throws ForbiddenError when the caller is a bot
 * @throws ValidationError when the current password is wrong; it counts as any wrong password
 * @throws TooManyFailuresError when too many wrong credentials came from the address, or too many at once
 * @throws ConflictError when the password was changed meanwhile
 * @see docs/spec/rest-api.md "Authentication"
 */
export async function changeOwnPassword(
  services: AuthenticationServices & SetOwnPasswordServices,
  { caller, currentPassword, password, sender }: ChangeOwnPasswordInput,
): Promise<void> {
  if (caller.kind === "bot") throw new ForbiddenError("a bot user has no password");
  const credentials = { username: caller.username, password: currentPassword };
  const { passwordFingerprint } = await authenticatePassword(services, credentials, sender).catch(toValidationError);
  const passwordDigest = await services.passwordChecks.run(
    lineOf(sender.address, 0),
    () => digestPassword(password),
    sender.signal,
  );
  await setOwnPassword(services, { caller, oldFingerprint: passwordFingerprint, passwordDigest });
}

/** The request's access token is good: a 401 would say that it is not. */
function toValidationError(error: unknown): never {
  if (!(error instanceof UnauthenticatedError)) throw error;
  throw new ValidationError([{ field: "currentPassword", message: "is wrong" }], { cause: error });
}
