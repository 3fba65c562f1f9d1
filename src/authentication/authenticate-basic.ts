/**
 * From HTTP Basic to a principal: tells which kind of credential the password is. A further kind that clients send as a
 * password (an ID token, say) is to be recognised here, and gets a file of its own beside this one.
 */
import type { BasicCredentials } from "../http/basic-credentials.ts";
import type { PasswordPrincipal, SignedInPrincipal } from "../principals/principal.ts";
import { authenticatePassword } from "./authenticate-password.ts";
import { authenticateTokenPassword, isMeantAsToken } from "./authenticate-token-password.ts";
import type { AuthenticationServices } from "./authentication-services.ts";
import type { Sender } from "./sender.ts";

/**
 * Finds the principal behind HTTP Basic credentials: an access token as the password, whatever the
 * username, or the username and password of a human.
 *
 * @throws UnauthenticatedError when the credentials are not known
 * @throws InvalidTokenError when the access token is known, but expired or revoked
 * @throws TooManyFailuresError when too many wrong credentials came from the sender's address
 * @throws UnavailableError when too many passwords are being checked
 * @throws the signal's reason when the sender hung up before the check of a password began
 * @see docs/spec/registry-auth.md "Request"
 */
export function authenticateBasic(
  services: AuthenticationServices,
  credentials: BasicCredentials,
  sender: Sender,
): Promise<SignedInPrincipal | PasswordPrincipal> {
  const { password } = credentials;
  return isMeantAsToken(password, services)
    ? authenticateTokenPassword(services, password, sender)
    : authenticatePassword(services, credentials, sender);
}
