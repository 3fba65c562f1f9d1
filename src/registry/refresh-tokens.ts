/** Makes refresh tokens and tells whose they are: the two things that the token endpoint does with them. */
import { digestSecret, digestsEqual, isSecret, lastFour, makeSecret } from "../access-tokens/secret.ts";
import {
  type AuthenticationServices,
  countingFailures,
  type PasswordPrincipal,
} from "../authentication/authenticate.ts";
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";
import { InvalidTokenError, UnauthenticatedError } from "../errors.ts";
import type { IdSource } from "../ids.ts";
import type { UserPrincipal } from "../principals/principal.ts";
import { REGISTRY_SCOPES } from "../principals/token-scope.ts";
import { passwordFingerprint } from "../users/password.ts";
import type { UserState } from "../users/user.entity.ts";

/** Tells a refresh token from an access token, and both from noise. */
const PREFIX = "ksrt-";

/** Clients never give theirs back, and a login in a script makes a new one each time: of a user, the newest stay. */
const MAXIMUM_OF_USER = 100;

/** One statement: the new one goes in; those of an earlier password, and the oldest above the maximum, go. */
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

const FIND_REFRESH_TOKEN: PreparedQuery = {
  name: "find_refresh_token",
  text: `
    select r.digest, r.password_fingerprint, u.id as user_id, u.username, u.password_digest, u.state, u.admin
    from refresh_tokens r join users u on u.id = r.user_id
    where r.digest = $1 and r.service = $2`,
};

interface RefreshTokenRow {
  digest: string;
  password_fingerprint: string;
  user_id: number;
  username: string;
  password_digest: string | null;
  state: UserState;
  admin: boolean;
}

/**
 * Makes a refresh token for a human who gave their password; answers the secret, which is seen this one time.
 *
 * @see spec/registry-auth.md "Answer"
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

/**
 * The human behind a refresh token for `service` that came from `address`; the token is for the registry alone.
 *
 * @throws UnauthenticatedError when it is not known, or its user blocked
 * @throws InvalidTokenError when the password was changed since
 * @throws TooManyFailuresError when too many wrong credentials came from there
 */
export function authenticateRefreshToken(
  services: AuthenticationServices,
  { secret, service, address }: { secret: string; service: string; address: string },
): Promise<UserPrincipal> {
  // What fails the check is a slip, not a guess that could hit: it is not counted.
  if (!isSecret(secret)) return Promise.reject(unknownRefreshToken());
  return countingFailures(services, address, secret, async () => {
    const digest = digestSecret(secret);
    const [row] = await services.database.query<RefreshTokenRow>(FIND_REFRESH_TOKEN, [digest, service]);
    if (row === undefined || !digestsEqual(row.digest, digest) || row.state === "blocked") throw unknownRefreshToken();
    if (row.password_digest === null || passwordFingerprint(row.password_digest) !== row.password_fingerprint) {
      throw new InvalidTokenError(
        "the password was changed since this refresh token was given: sign in again, with docker login or the like",
      );
    }
    const { user_id: userId, username, admin } = row;
    return { kind: "user", userId, username, admin, scopes: new Set(REGISTRY_SCOPES), tokenId: null };
  });
}

function unknownRefreshToken(): UnauthenticatedError {
  return new UnauthenticatedError("the refresh token is not known: sign in again, with docker login or the like");
}
