/** Starts web sessions: signs humans in to the pages. */
import { UnauthenticatedError } from "../errors.ts";
import {
  addWebSession,
  fingerprintOf,
  lockActiveHuman,
  type SessionBeginning,
  type StartedWebSession,
  type StartWebSessionServices,
} from "./add-web-session.ts";

/**
 * Signs a human in who has shown who they are.
 *
 * @throws UnauthenticatedError when they were blocked or deleted, or the password changed, since then
 * @see docs/spec/web.md "Sign-in and sessions"
 */
export function startWebSession(
  services: StartWebSessionServices,
  { user, ...beginning }: SessionBeginning & { user: { userId: number; passwordFingerprint: string | null } },
): Promise<StartedWebSession> {
  return services.database.transaction(async (em) => {
    const found = await lockActiveHuman(em, user.userId);
    if (found === null || fingerprintOf(found) !== user.passwordFingerprint) {
      throw new UnauthenticatedError("the account was changed meanwhile: sign in again");
    }
    return await addWebSession(em, services, found, beginning);
  });
}
