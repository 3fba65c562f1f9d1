/** A credential never makes a stronger one: which scopes an access token may pass on. */
import { ForbiddenError, ValidationError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { scopesBeyond, type TokenScope } from "../principals/token-scope.ts";

/**
 * Requires that a new token's scopes are within those of the credential that creates it.
 *
 * @throws ValidationError naming the scopes that are not
 * @see docs/spec/access-tokens.md "Creating"
 */
export function requireScopesToCreate({ scopes: own }: SignedInPrincipal, scopes: readonly TokenScope[]): void {
  const beyond = scopesBeyond(scopes, own);
  if (beyond.length === 0) return;
  const message = `is invalid: this request's access token lacks ${beyond.join(", ")}, and creates none with more scopes than its own`;
  throw new ValidationError([{ field: "scopes", message }]);
}

/**
 * Requires that the scopes of another token are within those of the credential that rotates it, and so gets its secret.
 *
 * @throws ForbiddenError naming the scopes that are not
 * @see docs/spec/access-tokens.md "Rotating"
 */
export function requireScopesToRotate({ scopes: own }: SignedInPrincipal, scopes: readonly TokenScope[]): void {
  const beyond = scopesBeyond(scopes, own);
  if (beyond.length === 0) return;
  throw new ForbiddenError(
    `this request's access token lacks ${beyond.join(", ")}, and gets the secret of no token with more scopes than its own`,
  );
}
