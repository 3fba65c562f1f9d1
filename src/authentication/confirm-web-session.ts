/**
 * Whoever is signed in shows again who they are before they do what must not be done by somebody who finds the browser open.
 */
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";
import { RuleRefusedError, UnauthenticatedError } from "../errors.ts";
import { authenticateOwnPassword } from "./authenticate-own-password.ts";
import type { SignedInSession } from "./authenticate-web-session.ts";
import type { AuthenticationServices } from "./authentication-services.ts";
import type { Sender } from "./sender.ts";

/** How long it holds, in milliseconds. */
const CONFIRMED_MS = 3_600_000;

const CONFIRM_WEB_SESSION: PreparedQuery = {
  name: "confirm_web_session",
  text: "update web_sessions set confirmed_at = $2 where id = $1 returning id",
};

/** Whether they showed who they are within the last hour, at the sign-in or since. */
export function isConfirmed({ confirmedAt }: SignedInSession, clock: Clock): boolean {
  return clock.now().getTime() - confirmedAt.getTime() < CONFIRMED_MS;
}

/**
 * Confirms a session for an hour, by the password of its user; returns it as it is now.
 *
 * @throws ValidationError when the password is wrong; it counts as any wrong password
 * @throws RuleRefusedError when its user has no password
 * @throws TooManyFailuresError when too many wrong credentials came from the address, or too many at once
 * @throws UnauthenticatedError when the session ended meanwhile
 * @see docs/spec/web.md "Sign-in and sessions"
 */
export async function confirmWebSession(
  services: AuthenticationServices,
  { session, password, sender }: { session: SignedInSession; password: string; sender: Sender },
): Promise<SignedInSession> {
  if (!session.hasPassword) {
    throw new RuleRefusedError("you have no password to confirm this with: sign in again by a new sign-in link");
  }
  const { username } = session.principal;
  await authenticateOwnPassword(services, { username, password, field: "password" }, sender);
  const confirmedAt = services.clock.now();
  await storeConfirmation(services.database, session.id, confirmedAt);
  return { ...session, confirmedAt };
}

async function storeConfirmation(database: Database, sessionId: number, at: Date): Promise<void> {
  const stored = await database.query(CONFIRM_WEB_SESSION, [sessionId, at]);
  if (stored.length === 0) throw new UnauthenticatedError("the session has ended: sign in again");
}
