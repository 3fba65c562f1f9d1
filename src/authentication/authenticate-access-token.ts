/**
 * Authenticates by access token: finds the human or bot behind a secret. One query at most, and one more for repository rules
 * that the process has not seen; no writes.
 */
import { digestSecret, digestsEqual, isSecret } from "../access-tokens/secret.ts";
import { RevokedTokenError, UnauthenticatedError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import type { AuthenticationServices } from "./authentication-services.ts";
import { judgeAccessToken, type KnownToken } from "./judge-access-token.ts";
import type { Sender } from "./sender.ts";

/**
 * Finds the principal behind an access token's secret.
 *
 * @throws UnauthenticatedError when the secret is not known, or its user is blocked
 * @throws InvalidTokenError when it is known, but expired, revoked, or not accepted from there: only somebody who holds the
 *   secret gets this far
 */
export async function authenticateAccessToken(
  services: Pick<AuthenticationServices, "accessTokens" | "repositoryRules" | "clock" | "lastUse" | "secretReuse">,
  secret: string,
  sender: Pick<Sender, "address" | "client">,
): Promise<SignedInPrincipal> {
  // 1. A mistyped secret is refused before the database is asked.
  if (!isSecret(secret))
    throw new UnauthenticatedError("the access token is not one of this instance: check that it was copied whole");
  // 2. By digest: the secret itself is stored nowhere. One query, for all who are at this step.
  const digest = digestSecret(secret);
  const row = await services.accessTokens.load(digest);
  // 3. The index found the row; this constant-time comparison is the one that decides.
  if (row === undefined || !digestsEqual(row.digest, digest))
    throw new UnauthenticatedError("the access token is not known");
  // 4. Its rules, where it has some; they are known from before, as a rule.
  const digestOfRules = row.repository_rules_digest;
  const rules = digestOfRules === null ? undefined : await services.repositoryRules.find(row.token_id, digestOfRules);
  if (digestOfRules !== null && rules === undefined) throw new UnauthenticatedError("the access token is not known");
  // 5. Whether it is good here and now, and for whom. Its project is told of a rotated one, later.
  const principal = judge(services, { row, rules }, sender.address);
  // 6. Note the use in memory; it is written later, off the request path. Each door adds the scopes that it needed.
  services.lastUse.used(row.token_id, [], sender);
  return principal;
}

function judge(
  { clock, secretReuse }: Pick<AuthenticationServices, "clock" | "secretReuse">,
  token: KnownToken,
  address: string,
): SignedInPrincipal {
  try {
    return judgeAccessToken(token, { now: clock.now(), address });
  } catch (error) {
    if (error instanceof RevokedTokenError) secretReuse.presented(error.tokenId, address);
    throw error;
  }
}
