/** Changes the password of a human who knows the old one. Lies here, above the accounts, since it checks a password. */
import { type SetOwnPasswordServices, setOwnPassword } from "../accounts/set-own-password.ts";
import { ForbiddenError, UnauthenticatedError, ValidationError } from "../errors.ts";
import { networkOf } from "../http/client-address.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { digestPassword } from "../users/password.ts";
import { authenticatePassword } from "./authenticate-password.ts";
import type { AuthenticationServices } from "./authentication-services.ts";

/** The input of a change of one's own password. */
export interface ChangeOwnPasswordInput {
  readonly caller: SignedInPrincipal;
  readonly currentPassword: string;
  readonly password: string;
  /** The address that the request came from: wrong passwords count against it. */
  readonly address: string;
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
  { caller, currentPassword, password, address }: ChangeOwnPasswordInput,
): Promise<void> {
  if (caller.kind === "bot") throw new ForbiddenError("a bot user has no password");
  const credentials = { username: caller.username, password: currentPassword };
  const { passwordFingerprint } = await authenticatePassword(services, credentials, address).catch(toValidationError);
  const passwordDigest = await services.passwordChecks.run(networkOf(address), () => digestPassword(password));
  await setOwnPassword(services, { caller, oldFingerprint: passwordFingerprint, passwordDigest });
}

/** The request's access token is good: a 401 would say that it is not. */
function toValidationError(error: unknown): never {
  if (!(error instanceof UnauthenticatedError)) throw error;
  throw new ValidationError([{ field: "currentPassword", message: "is wrong" }]);
}
