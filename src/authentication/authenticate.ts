/**
 * From a credential to a principal: one pipeline for the API, the registry, Git and the web. Reads once; writes only of
 * failures (lockout.ts). What a principal may do is not decided here.
 */

import { isExpired } from "../access-tokens/expiry.ts";
import type { LastUse } from "../access-tokens/last-use.ts";
import { digestSecret, digestsEqual, isSecret } from "../access-tokens/secret.ts";
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";
import { InvalidTokenError, RevokedTokenError, UnauthenticatedError } from "../errors.ts";
import type { BasicCredentials } from "../http/basic-credentials.ts";
import { networkOf } from "../http/client-address.ts";
import { NO_ACCESS } from "../principals/access-level.ts";
import type { SignedInPrincipal, UserPrincipal } from "../principals/principal.ts";
import { TOKEN_SCOPES, type TokenScope } from "../principals/token-scope.ts";
import type { Visibility } from "../projects/project.entity.ts";
import { passwordFingerprint, passwordMatches } from "../users/password.ts";
import type { UserState, UserType } from "../users/user.entity.ts";
import type { FairQueue } from "./fair-queue.ts";
import { FAILURE_STATE, type FailureState, type Lockout } from "./lockout.ts";

/** What authenticating works with. */
export interface AuthenticationServices {
  readonly database: Database;
  readonly clock: Clock;
  /** The prefix that new secrets get: what carries it is never tried as a password. */
  readonly tokenPrefix: string;
  /** Told of every token that is accepted. */
  readonly lastUse: Pick<LastUse, "used">;
  readonly lockout: Lockout;
  /** Where passwords are checked, a few at a time. */
  readonly passwordChecks: FairQueue;
}

/** A human who gave their password itself. */
export interface PasswordPrincipal extends UserPrincipal {
  readonly tokenId: null;
  /** Another as soon as the password is another. */
  readonly passwordFingerprint: string;
}

interface TokenRow {
  token_id: number;
  digest: string;
  scopes: TokenScope[];
  expires_at: string | null;
  revoked: boolean;
  user_id: number;
  username: string;
  user_type: UserType;
  state: UserState;
  admin: boolean;
  project_id: number | null;
  project_path: string | null;
  visibility: Visibility | null;
  container_registry_enabled: boolean | null;
  access_level: number | null;
}

/** The credential with its user, membership and project, in one round trip. */
const FIND_TOKEN: PreparedQuery = {
  name: "find_token",
  text: `
    select t.id as token_id, t.digest, t.scopes, t.expires_at::text as expires_at, t.revoked_at is not null as revoked,
      u.id as user_id, u.username, u.user_type, u.state, u.admin,
      p.id as project_id, r.path as project_path, p.visibility, p.container_registry_enabled, m.access_level
    from access_tokens t
    join users u on u.id = t.user_id
    left join projects p on p.id = t.project_id
    left join routes r on r.id = p.route_id
    left join members m on m.user_id = t.user_id and m.project_id = t.project_id
    where t.digest = $1`,
};

interface HumanRow {
  user_id: number;
  username: string;
  password_digest: string | null;
  state: UserState;
  admin: boolean;
}

/** The human, with what the caller's network has failed at, in one round trip: always one row. */
const FIND_HUMAN: PreparedQuery = {
  name: "find_human",
  text: `
    select f.failures, f.oldest, u.id as user_id, u.username, u.password_digest, u.state, u.admin
    from (${FAILURE_STATE}) f
    left join users u on u.username = $3 and u.user_type = 'human'`,
};

/**
 * The principal behind an access token's secret.
 *
 * @throws UnauthenticatedError when the secret is not known, or its user blocked
 * @throws InvalidTokenError when it is known, but expired or revoked: only its bearer can come this far
 */
export async function authenticateSecret(services: AuthenticationServices, secret: string): Promise<SignedInPrincipal> {
  // 1. A mistyped secret is refused before the database is asked.
  if (!isSecret(secret))
    throw new UnauthenticatedError("the access token is not one of this instance: check that it was copied whole");
  // 2. One query, by digest: the secret itself is stored nowhere.
  const digest = digestSecret(secret);
  const [row] = await services.database.query<TokenRow>(FIND_TOKEN, [digest]);
  // 3. The index found it; the comparison that counts is in constant time.
  if (row === undefined || !digestsEqual(row.digest, digest))
    throw new UnauthenticatedError("the access token is not known");
  // 4. Dead tokens say so, to their bearer alone.
  if (row.revoked) throw new RevokedTokenError(row.token_id);
  if (isExpired(row.expires_at, services.clock.now())) {
    throw new InvalidTokenError(
      `Token is expired: it expired on ${row.expires_at}; create or rotate it under Settings > Access tokens`,
    );
  }
  // 5. A blocked user is nobody.
  if (row.state === "blocked") throw new UnauthenticatedError("the access token is not known");
  // 6. Each kind of user is a principal of its own kind; the ghost is none.
  const principal = toPrincipal(row);
  // 7. Remembered in memory: it is written later, off the request's path.
  services.lastUse.used(row.token_id);
  return principal;
}

/**
 * The human behind a username and a password that came from `address`.
 *
 * @throws UnauthenticatedError when they do not belong together; says no more, and takes as long for nobody
 * @throws TooManyFailuresError when too many wrong credentials came from there, or too many at once
 */
export function authenticatePassword(
  services: AuthenticationServices,
  credentials: BasicCredentials,
  address: string,
): Promise<PasswordPrincipal> {
  const guess = `${credentials.username}\0${credentials.password}`;
  return countingFailures(services, address, guess, () => checkPassword(services, credentials, networkOf(address)));
}

/**
 * The principal behind HTTP Basic that came from `address`: an access token as the password, whatever the username, or a
 * human's own two.
 *
 * @throws UnauthenticatedError, InvalidTokenError, TooManyFailuresError as those two do
 * @see spec/registry-auth.md "Request"
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
  // What fails the check is a slip, not a guess that could hit: refused without asking the database, and not counted.
  if (!isSecret(password)) return authenticateSecret(services, password);
  return countingFailures(services, address, password, () => authenticateSecret(services, password));
}

/**
 * Runs an authentication and counts its failure against the address. A known token that is dead is none: its bearer
 * did not guess it.
 *
 * @throws TooManyFailuresError in the failure's place, when there were too many before it
 */
export async function countingFailures<Result>(
  { lockout }: Pick<AuthenticationServices, "lockout">,
  address: string,
  credential: string,
  authenticate: () => Promise<Result>,
): Promise<Result> {
  try {
    return await authenticate();
  } catch (error) {
    if (error instanceof UnauthenticatedError) await lockout.recordFailure(address, credential);
    throw error;
  }
}

async function checkPassword(
  { database, lockout, passwordChecks }: AuthenticationServices,
  { username, password }: BasicCredentials,
  network: string,
): Promise<PasswordPrincipal> {
  // 1. Who may not guess is refused before anything costly, and whether the guess is right or not.
  lockout.refuseIfKnownLocked(network);
  // 2. One query. NUL is in no username, and PostgreSQL refuses to be asked for one.
  const values = [network, lockout.windowStart(), username.includes("\0") ? "" : username];
  const [found] = await database.query<FailureState & (HumanRow | Record<keyof HumanRow, null>)>(FIND_HUMAN, values);
  if (found !== undefined) lockout.refuseIfLocked(network, found);
  const row = found?.user_id == null ? undefined : found;
  // 3. The costly comparison, which takes as long for nobody. While it waited, others of its network may have failed.
  const digest = row?.password_digest ?? undefined;
  const matches = await passwordChecks.run(network, () => {
    lockout.refuseIfKnownLocked(network);
    return passwordMatches(password, digest);
  });
  // 4. A blocked user is nobody.
  if (row === undefined || digest === undefined || !matches || row.state === "blocked")
    throw new UnauthenticatedError("wrong username or password");
  return {
    kind: "user",
    userId: row.user_id,
    username: row.username,
    admin: row.admin,
    scopes: new Set(TOKEN_SCOPES),
    tokenId: null,
    passwordFingerprint: passwordFingerprint(digest),
  };
}

function toPrincipal(row: TokenRow): SignedInPrincipal {
  const common = {
    userId: row.user_id,
    username: row.username,
    scopes: new Set(row.scopes),
    tokenId: row.token_id,
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
