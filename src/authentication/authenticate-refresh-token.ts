/** Authenticates humans by refresh token; only the token endpoint of the registry accepts these. */
import { digestSecret, digestsEqual, isSecret } from "../access-tokens/secret.ts";
import type { PreparedQuery } from "../database/database.ts";
import { type CredentialOwner, InvalidTokenError, UnauthenticatedError } from "../errors.ts";
import { type UserPrincipal, WITHOUT_ACCESS_TOKEN } from "../principals/principal.ts";
import { REGISTRY_SCOPES } from "../principals/token-scope.ts";
import { refreshTokenCutoffs } from "../refresh-tokens/refresh-token-life.ts";
import { passwordFingerprint } from "../users/password.ts";
import type { UserState } from "../users/user.entity.ts";
import type { AuthenticationServices } from "./authentication-services.ts";

/** What its bearer is told to do when it is refused. */
const AGAIN = ": sign in again, with docker login or the like";

type RefreshTokenServices = Pick<
  AuthenticationServices,
  "database" | "clock" | "lockout" | "refreshTokenLife" | "refreshTokenLastUse"
>;

const FIND_REFRESH_TOKEN: PreparedQuery = {
  name: "find_refresh_token",
  text: `
    select r.id, r.digest, r.password_fingerprint, r.created_at <= $3 as too_old,
      coalesce(r.last_used_at, r.created_at) <= $4 as too_idle, u.id as user_id, u.username, u.password_digest, u.state, u.admin
    from refresh_tokens r join users u on u.id = r.user_id
    where r.digest = $1 and r.service = $2`,
};

interface RefreshTokenRow {
  id: number;
  digest: string;
  password_fingerprint: string;
  too_old: boolean;
  too_idle: boolean;
  user_id: number;
  username: string;
  password_digest: string | null;
  state: UserState;
  admin: boolean;
}

/**
 * Finds the human behind a refresh token for `service` sent from `address`; the token is for the registry alone.
 *
 * @throws UnauthenticatedError when it is not known, or its user is blocked
 * @throws InvalidTokenError when the password has changed since, or it was not used for too long, or is too old
 * @throws TooManyFailuresError when too many wrong credentials came from `address`
 */
export function authenticateRefreshToken(
  services: RefreshTokenServices,
  { secret, service, address }: { secret: string; service: string; address: string },
): Promise<UserPrincipal> {
  // A secret whose checksum fails was mistyped and could never be a successful guess, so it is not counted.
  if (!isSecret(secret)) return Promise.reject(unknownRefreshToken());
  return findHuman(services, secret, service).catch((error: unknown) =>
    services.lockout.failed(error, address, secret),
  );
}

async function findHuman(
  { database, clock, refreshTokenLife, refreshTokenLastUse }: RefreshTokenServices,
  secret: string,
  service: string,
): Promise<UserPrincipal> {
  const digest = digestSecret(secret);
  const { idle, old } = refreshTokenCutoffs(refreshTokenLife, clock.now());
  const [row] = await database.query<RefreshTokenRow>(FIND_REFRESH_TOKEN, [digest, service, old, idle]);
  if (row === undefined || !digestsEqual(row.digest, digest)) throw unknownRefreshToken();
  const owner = { userId: row.user_id, username: row.username };
  if (row.state === "blocked") throw unknownRefreshToken(owner);
  if (row.password_digest === null || passwordFingerprint(row.password_digest) !== row.password_fingerprint) {
    throw new InvalidTokenError(`the password was changed since this refresh token was given${AGAIN}`, { owner });
  }
  if (row.too_old)
    throw new InvalidTokenError(`this refresh token is older than ${refreshTokenLife.maxDays} days${AGAIN}`, { owner });
  if (row.too_idle)
    throw new InvalidTokenError(`this refresh token was not used for ${refreshTokenLife.idleDays} days${AGAIN}`, {
      owner,
    });
  // Noted in memory; it is written later, off the request path.
  refreshTokenLastUse.used(row.id);
  const { user_id: userId, username, admin } = row;
  return { kind: "user", userId, username, admin, scopes: new Set(REGISTRY_SCOPES), ...WITHOUT_ACCESS_TOKEN };
}

function unknownRefreshToken(owner?: CredentialOwner): UnauthenticatedError {
  return new UnauthenticatedError(`the refresh token is not known${AGAIN}`, { owner });
}
