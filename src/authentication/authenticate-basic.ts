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

/**
 * Finds the principal behind HTTP Basic credentials sent from `address`: an access token as the password, whatever the
 * username, or the username and password of a human.
 *
 * @throws UnauthenticatedError when the credentials are not known
 * @throws InvalidTokenError when the access token is known, but expired or revoked
 * @throws TooManyFailuresError when too many wrong credentials came from `address`
 * @see docs/spec/registry-auth.md "Request"
 */
export function authenticateBasic(
  services: AuthenticationServices,
  credentials: BasicCredentials,
  address: string,
): Promise<SignedInPrincipal | PasswordPrincipal> {
  const { password } = credentials;
  const { tokenPrefix } = services;
  const isToken = isSecret(password) || (tokenPrefix !== "" && password.startsWith(tokenPrefix));
  if (!isToken) return authenticatePassword(services, credentials, address);
  // A secret whose checksum fails was mistyped and could never be a successful guess: it is refused without a query,
  // and not counted.
  if (!isSecret(password)) return authenticateAccessToken(services, password, address);
  return authenticateAccessToken(services, password, address).catch((error: unknown) =>
    services.lockout.failed(error, address, password),
  );
}
