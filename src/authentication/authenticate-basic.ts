/**
 * From HTTP Basic to a principal: tells which kind of credential the password is. A further kind that clients send as a
 * password (an ID token, say) is to be recognised here, and gets a file of its own beside this one.
 */
import { isSecret } from "../access-tokens/secret.ts";
import type { BasicCredentials } from "../http/basic-credentials.ts";
import type { PasswordPrincipal, SignedInPrincipal } from "../principals/principal.ts";
import { authenticateAccessToken } from "./authenticate-access-token.ts";
import { authenticatePassword } from "./authenticate-password.ts";
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
  if (!isMeantAsToken(password, services)) return authenticatePassword(services, credentials, sender);
  // A secret whose checksum fails was mistyped and could never be a successful guess: it is refused without a query,
  // and not counted.
  if (!isSecret(password)) return authenticateAccessToken(services, password, sender);
  return authenticateAccessToken(services, password, sender).catch((error: unknown) =>
    services.lockout.failed(error, sender.address, password),
  );
}

/** Whether a password is an access token, or was meant as one. */
export function isMeantAsToken(
  password: string,
  { tokenPrefix }: Pick<AuthenticationServices, "tokenPrefix">,
): boolean {
  return isSecret(password) || (tokenPrefix !== "" && password.startsWith(tokenPrefix));
}
