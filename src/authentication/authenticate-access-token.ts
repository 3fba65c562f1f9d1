/**
 * Authenticates by access token: finds the human or bot behind a secret. One query at most, and one more for repository rules
 * that the process has not seen; no writes.
 */
import { digestSecret, digestsEqual, isSecret } from "../access-tokens/secret.ts";
import { RevokedTokenError, UnauthenticatedError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import type { AuthenticationServices } from "./authentication-services.ts";
import type { TokenRow } from "./find-access-tokens.ts";
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
  services: LimitingServices & Pick<AuthenticationServices, "accessTokens" | "clock" | "lastUse" | "secretReuse">,
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
  // 4. What limits it, which is known from before, as a rule.
  const token = await withLimits(services, row);
  if (token === undefined) throw new UnauthenticatedError("the access token is not known");
  // 5. Whether it is good here and now, and for whom. Its project is told of a rotated one, later.
  const principal = judge(services, token, sender.address);
  // 6. Note the use in memory; it is written later, off the request path. Each door adds the scopes that it needed.
  services.lastUse.used(row.token_id, [], sender);
  return principal;
}

/** What finds and keeps the limits of tokens. */
type LimitingServices = Pick<AuthenticationServices, "repositoryRules" | "allowLists">;

/**
 * A token with its repository rules and its allow-list. One query, or none.
 *
 * @returns undefined when its rules are not there any more: it was deleted meanwhile
 */
export async function withLimits(
  { repositoryRules, allowLists }: LimitingServices,
  row: TokenRow,
): Promise<KnownToken | undefined> {
  const { repository_rules_digest: digest, ip_allow_list: networks } = row;
  const rules = digest === null ? undefined : await repositoryRules.find(row.token_id, digest);
  if (digest !== null && rules === undefined) return undefined;
  return { row, rules, ipAllowList: networks === null ? undefined : allowLists.of(networks) };
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
