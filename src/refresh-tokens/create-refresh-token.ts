/** Creates refresh tokens for humans who sign in to a registry with their password. */
import { digestSecret, lastFour, makeSecret } from "../access-tokens/secret.ts";
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";
import type { IdSource } from "../ids.ts";
import type { PasswordPrincipal } from "../principals/principal.ts";

/** Distinguishes refresh tokens from access tokens. */
const PREFIX = "ksrt-";

/** Clients never revoke theirs, and each login in a script creates another: of a user's tokens, the newest are kept. */
const MAXIMUM_OF_USER = 100;

/** One statement: adds the new one; deletes those of an earlier password, and the oldest above the maximum. */
const ADD_REFRESH_TOKEN: PreparedQuery = {
  name: "add_refresh_token",
  text: `
    with gone as (
      delete from refresh_tokens where user_id = $2 and (password_fingerprint <> $7 or id in (
        select id from refresh_tokens where user_id = $2 order by id desc offset ${MAXIMUM_OF_USER - 1}
      ))
    )
    insert into refresh_tokens (created_at, user_id, service, client_id, digest, last_four, password_fingerprint)
    values ($1, $2, $3, $4, $5, $6, $7)`,
};

/**
 * Creates a refresh token for a human who gave their password; returns the secret, which is shown only once.
 *
 * @see docs/spec/registry-auth.md "Answer"
 */
export async function createRefreshToken(
  { database, clock, ids }: { database: Database; clock: Clock; ids: IdSource },
  { principal, service, clientId }: { principal: PasswordPrincipal; service: string; clientId: string | null },
): Promise<string> {
  const secret = makeSecret(PREFIX, ids);
  const { userId, passwordFingerprint: fingerprint } = principal;
  const values = [clock.now(), userId, service, clientId, digestSecret(secret), lastFour(secret), fingerprint];
  await database.query(ADD_REFRESH_TOKEN, values);
  return secret;
}
