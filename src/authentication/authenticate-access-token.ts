/** Authenticates by access token: finds the human or bot behind a secret. One query at most, no writes. */
import { isExpired } from "../access-tokens/expiry.ts";
import { digestSecret, digestsEqual, isSecret } from "../access-tokens/secret.ts";
import { InvalidTokenError, RevokedTokenError, UnauthenticatedError } from "../errors.ts";
import { NO_ACCESS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import type { AuthenticationServices } from "./authentication-services.ts";
import { ownerOf, type TokenRow } from "./find-access-tokens.ts";

/**
 * Finds the principal behind an access token's secret, sent from `address`.
 *
 * @throws UnauthenticatedError when the secret is not known, or its user is blocked
 * @throws InvalidTokenError when it is known, but expired or revoked: only somebody who holds the secret gets this far
 */
export async function authenticateAccessToken(
  services: Pick<AuthenticationServices, "accessTokens" | "clock" | "lastUse" | "secretReuse">,
  secret: string,
  address: string,
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
  // 4. The bearer of a dead token, and nobody else, is told that it is dead. Its project is told of a rotated one, later.
  if (row.revoked) {
    services.secretReuse.presented(row.token_id, address);
    throw new RevokedTokenError(row.token_id);
  }
  if (isExpired(row.expires_at, services.clock.now())) {
    throw new InvalidTokenError(
      `Token is expired: it expired on ${row.expires_at}; create or rotate it under Settings > Access tokens`,
      { owner: ownerOf(row) },
    );
  }
  // 5. No credential of a blocked user is accepted.
  if (row.state === "blocked") throw new UnauthenticatedError("the access token is not known", { owner: ownerOf(row) });
  // 6. Humans and bots become different kinds of principals; the ghost never signs in.
  const principal = toPrincipal(row);
  // 7. Note the use in memory; it is written later, off the request path.
  services.lastUse.used(row.token_id);
  return principal;
}

function toPrincipal(row: TokenRow): SignedInPrincipal {
  const common = {
    userId: row.user_id,
    username: row.username,
    scopes: new Set(row.scopes),
    tokenId: row.token_id,
    expiresAt: row.expires_at,
  };
  switch (row.user_type) {
    case "human":
      return { kind: "user", admin: row.admin, ...common };
    case "project_bot": {
      if (row.project_id === null || row.project_path === null || row.visibility === null) break;
      const project = {
        id: row.project_id,
        path: row.project_path,
        visibility: row.visibility,
        containerRegistryEnabled: row.container_registry_enabled === true,
        accessLevel: row.access_level ?? NO_ACCESS,
      };
      return { kind: "bot", project, ...common };
    }
    case "ghost":
      break;
  }
  throw new UnauthenticatedError("the access token is not known");
}
