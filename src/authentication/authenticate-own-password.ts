/** Checks the password of somebody who has shown another credential of theirs already. */
import { UnauthenticatedError, ValidationError } from "../errors.ts";
import type { PasswordPrincipal } from "../principals/principal.ts";
import { authenticatePassword } from "./authenticate-password.ts";
import type { AuthenticationServices } from "./authentication-services.ts";
import type { Sender } from "./sender.ts";

/**
 * Finds the human behind their own username and password, as {@link authenticatePassword} does.
 *
 * @param field that the password came in
 * @throws ValidationError when it is wrong, since the credential of the request itself is good: a 401 would say that it is not
 * @throws TooManyFailuresError, UnavailableError, the signal's reason, as for any password
 */
export async function authenticateOwnPassword(
  services: AuthenticationServices,
  { username, password, field }: { username: string; password: string; field: string },
  sender: Sender,
): Promise<PasswordPrincipal> {
  try {
    return await authenticatePassword(services, { username, password }, sender);
  } catch (error) {
    if (!(error instanceof UnauthenticatedError)) throw error;
    throw new ValidationError([{ field, message: "is wrong" }], { cause: error });
  }
}
