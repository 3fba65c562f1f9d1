/**
 * From a credential to a principal: one pipeline for the API, the registry, Git and the web. Reads once, writes nothing.
 * What a principal may do is not decided here.
 */

import { isExpired } from "../access-tokens/expiry.ts";
import type { LastUse } from "../access-tokens/last-use.ts";
import { digestSecret, digestsEqual, isSecret } from "../access-tokens/secret.ts";
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";
import { InvalidTokenError, RevokedTokenError, UnauthenticatedError } from "../errors.ts";
import type { BasicCredentials } from "../http/basic-credentials.ts";
import { NO_ACCESS } from "../projects/access-level.ts";
import type { Visibility } from "../projects/project.entity.ts";
import { passwordMatches } from "../users/password.ts";
import type { SignedInPrincipal } from "../users/principal.ts";
import { TOKEN_SCOPES, type TokenScope } from "../users/token-scope.ts";
import type { UserState, UserType } from "../users/user.entity.ts";

/** What authenticating works with. */
export interface AuthenticationServices {
  readonly database: Database;
  readonly clock: Clock;
  /** The prefix that new secrets get: what carries it is never tried as a password. */
  readonly tokenPrefix: string;
  /** Told of every token that is accepted. */
  readonly lastUse: Pick<LastUse, "used">;
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

const FIND_HUMAN: PreparedQuery = {
  name: "find_human",
  text: `
    select u.id as user_id, u.username, u.password_digest, u.state, u.admin
    from users u where u.username = $1 and u.user_type = 'human'`,
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
 * The human behind a username and a password.
 *
 * @throws UnauthenticatedError when they do not belong together; says no more, and takes as long for nobody
 */
export async function authenticatePassword(
  services: AuthenticationServices,
  { username, password }: BasicCredentials,
): Promise<SignedInPrincipal> {
  // NUL is in no username, and PostgreSQL refuses to be asked for one.
  const [row] = username.includes("\0") ? [] : await services.database.query<HumanRow>(FIND_HUMAN, [username]);
  const matches = await passwordMatches(password, row?.password_digest ?? undefined);
  if (row === undefined || !matches || row.state === "blocked")
    throw new UnauthenticatedError("wrong username or password");
  return {
    kind: "user",
    userId: row.user_id,
    username: row.username,
    admin: row.admin,
    scopes: new Set(TOKEN_SCOPES),
    tokenId: null,
  };
}

/**
 * The principal behind HTTP Basic: an access token as the password, whatever the username, or a human's own two.
 *
 * @throws UnauthenticatedError, InvalidTokenError as the two above
 * @see spec/registry-auth.md "Request"
 */
export function authenticateBasic(
  services: AuthenticationServices,
  credentials: BasicCredentials,
): Promise<SignedInPrincipal> {
  const { password } = credentials;
  const { tokenPrefix } = services;
  const isToken = isSecret(password) || (tokenPrefix !== "" && password.startsWith(tokenPrefix));
  return isToken ? authenticateSecret(services, password) : authenticatePassword(services, credentials);
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
