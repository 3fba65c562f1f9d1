/** Signs humans in to the pages with their username and password. */
import type { StartedWebSession, StartWebSessionServices } from "./add-web-session.ts";
import { authenticatePassword } from "./authenticate-password.ts";
import type { AuthenticationServices } from "./authentication-services.ts";
import type { Sender } from "./sender.ts";
import { startWebSession } from "./start-web-session.ts";

/** What somebody signs in with, and from where. */
export interface SignInWithPasswordInput {
  readonly username: string;
  readonly password: string;
  readonly sender: Sender;
  /** The id of a session that the same browser has, whosever it is: it ends. */
  readonly replaces?: number | undefined;
}

/**
 * Signs a human in. Wrong pairs count in the lockout, and passwords wait in the queue, as everywhere; an access token is no
 * password here.
 *
 * @throws UnauthenticatedError when they do not belong together; says no more
 * @throws TooManyFailuresError when too many wrong credentials came from the sender's address, or too many at once
 * @throws UnavailableError when too many passwords are being checked
 * @throws the signal's reason when the sender hung up before the check began
 * @see docs/spec/web.md "Sign-in and sessions"
 */
export async function signInWithPassword(
  services: AuthenticationServices & StartWebSessionServices,
  { username, password, sender, replaces }: SignInWithPasswordInput,
): Promise<StartedWebSession> {
  const user = await authenticatePassword(services, { username, password }, sender);
  return await startWebSession(services, { user, method: "password", sender, replaces });
}
