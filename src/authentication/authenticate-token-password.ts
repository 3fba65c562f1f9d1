/** An access token where a protocol asks for a password, and nothing else is accepted. */
import { isSecret } from "../access-tokens/secret.ts";
import { UnauthenticatedError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { authenticateAccessToken } from "./authenticate-access-token.ts";
import type { AuthenticationServices } from "./authentication-services.ts";
import type { Sender } from "./sender.ts";

/** The services that it needs. */
export type TokenPasswordServices = Omit<AuthenticationServices, "passwordChecks" | "initialPassword">;

/**
 * Finds the principal behind an access token that was sent as a password. The password of a human counts as a wrong one,
 * without being compared.
 *
 * @throws UnauthenticatedError when it is no access token, or not known
 * @throws InvalidTokenError when it is known, but expired or revoked
 * @throws TooManyFailuresError when too many wrong credentials came from the sender's address
 */
export function authenticateTokenPassword(
  services: TokenPasswordServices,
  password: string,
  sender: Pick<Sender, "address" | "client">,
): Promise<SignedInPrincipal> {
  const { lockout } = services;
  if (!isMeantAsToken(password, services)) {
    const error = new UnauthenticatedError("the password is no access token, and no other is accepted here");
    return lockout.failed(error, sender.address, password);
  }
  // A secret whose checksum fails was mistyped and could never be a successful guess: it is refused without a query,
  // and not counted.
  if (!isSecret(password)) return authenticateAccessToken(services, password, sender);
  return authenticateAccessToken(services, password, sender).catch((error: unknown) =>
    lockout.failed(error, sender.address, password),
  );
}

/** Whether a password is an access token, or was meant as one. */
export function isMeantAsToken(
  password: string,
  { tokenPrefix }: Pick<AuthenticationServices, "tokenPrefix">,
): boolean {
  return isSecret(password) || (tokenPrefix !== "" && password.startsWith(tokenPrefix));
}
