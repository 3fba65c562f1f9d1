/** Authenticates by the cookie of a web session: one query, no writes. */
import { digestSecret, digestsEqual } from "../access-tokens/secret.ts";
import type { PreparedQuery } from "../database/database.ts";
import type { UserPrincipal } from "../principals/principal.ts";
import { passwordFingerprint } from "../users/password.ts";
import type { UserState } from "../users/user.entity.ts";
import type { AuthenticationServices } from "./authentication-services.ts";
import { judgeHuman } from "./judge-human.ts";
import type { Sender } from "./sender.ts";
import { isWebSecret } from "./web-secret.ts";
import type { WebSessionMethod } from "./web-session.entity.ts";
import { webSessionCutoffs } from "./web-session-life.ts";

/** A human who is signed in to the pages, with the session that says so. */
export interface SignedInSession {
  readonly id: number;
  /** With every scope: the password, or a link of an administrator's, stood for it. */
  readonly principal: UserPrincipal;
  /** The display name. */
  readonly name: string;
  readonly email: string;
  /** Whether there is one to confirm with. */
  readonly hasPassword: boolean;
  readonly method: WebSessionMethod;
  readonly createdAt: Date;
  /** When they last showed who they are. */
  readonly confirmedAt: Date;
}

/** Moments are texts on one kind of database, and dates on the other. */
interface SessionRow {
  readonly id: number;
  readonly digest: string;
  readonly created_at: Date | string;
  readonly confirmed_at: Date | string;
  readonly method: WebSessionMethod;
  readonly password_fingerprint: string | null;
  readonly user_id: number;
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly admin: boolean;
  readonly state: UserState;
  readonly password_digest: string | null;
}

const FIND_WEB_SESSION: PreparedQuery = {
  name: "find_web_session",
  text: `
    select s.id, s.digest, s.created_at, s.confirmed_at, s.method, s.password_fingerprint,
      u.id as user_id, u.username, u.name, u.email, u.admin, u.state, u.password_digest
    from web_sessions s join users u on u.id = s.user_id
    where s.digest = $1 and s.last_seen_at > $2 and s.created_at > $3`,
};

/**
 * Finds who is signed in by the secret of a cookie. Undefined when it is not known or not one at all, when the session lay
 * idle for 7 days or is 30 days old, when its user is blocked, or the password has changed: whoever is signed in no more is
 * nobody, and no failure is counted.
 *
 * @see docs/spec/web.md "Sign-in and sessions"
 */
export async function authenticateWebSession(
  { database, clock, webSessionLastSeen }: Pick<AuthenticationServices, "database" | "clock" | "webSessionLastSeen">,
  secret: string,
  { address }: Pick<Sender, "address">,
): Promise<SignedInSession | undefined> {
  // 1. What is no secret of ours needs no query.
  if (!isWebSecret(secret)) return undefined;
  // 2. By digest: the secret itself is stored nowhere.
  const digest = digestSecret(secret);
  const { idle, old } = webSessionCutoffs(clock.now());
  const [row] = await database.query<SessionRow>(FIND_WEB_SESSION, [digest, idle, old]);
  // 3. The index found the row; this constant-time comparison is the one that decides.
  if (row === undefined || !digestsEqual(row.digest, digest)) return undefined;
  // 4. A session ends with the password that it began with, and nobody is signed in who is blocked.
  if (!isOfPassword(row)) return undefined;
  const principal = judgeHuman({ ...row, userId: row.user_id });
  if (principal === undefined) return undefined;
  // 5. Noted in memory; it is written later, off the request path.
  webSessionLastSeen.seen(row.id, address);
  const { id, name, email, method } = row;
  return {
    id,
    principal,
    name,
    email,
    hasPassword: row.password_digest !== null,
    method,
    createdAt: new Date(row.created_at),
    confirmedAt: new Date(row.confirmed_at),
  };
}

function isOfPassword({ password_digest: digest, password_fingerprint: fingerprint }: SessionRow): boolean {
  if (digest === null || fingerprint === null) return digest === fingerprint;
  return digestsEqual(passwordFingerprint(digest), fingerprint);
}
