/** A credential never makes a stronger one: what an SSH key is worth that a caller adds. */
import { ForbiddenError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { GIT_SCOPES, scopesBeyond } from "../principals/token-scope.ts";

/**
 * The access token that a new key of the caller's belongs to, which it is worth no more than; null for a human's own key,
 * which has all Git scopes, and which no access token adds.
 *
 * @throws ForbiddenError when the caller has no Git scope that the key could have
 * @see docs/spec/git.md "SSH keys"
 */
export function decideKeyToken({ tokenId, scopes }: SignedInPrincipal): number | null {
  const lacking = scopesBeyond(GIT_SCOPES, scopes);
  if (tokenId === null && lacking.length > 0)
    throw new ForbiddenError(`an SSH key has the scope ${lacking.join(" and ")}`);
  if (lacking.length === GIT_SCOPES.length) {
    throw new ForbiddenError(
      `an SSH key that an access token adds has its Git scopes, and this request's has neither ${GIT_SCOPES.join(" nor ")}`,
    );
  }
  return tokenId;
}
