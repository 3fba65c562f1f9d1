/** Ends sessions of one's own, from any of them: whoever lost a device signs it out. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { NotFoundError } from "../errors.ts";
import type { SignedInSession } from "./authenticate-web-session.ts";
import { endWebSessions } from "./end-web-sessions.ts";

/**
 * Ends one session of the caller's.
 *
 * @throws NotFoundError when they have no such session
 */
export async function endOwnWebSession(
  { database, clock }: UseCaseServices,
  { session: { principal: by }, sessionId }: { session: SignedInSession; sessionId: number },
): Promise<void> {
  const which = { userIds: [by.userId], sessionIds: [sessionId] };
  const ended = await database.transaction((em) => endWebSessions(em, which, { by, at: clock.now() }));
  if (ended === 0) throw new NotFoundError("Session");
}

/** Ends all sessions of the caller's but the one that the request came with; returns how many. */
export function endOtherWebSessions(
  { database, clock }: UseCaseServices,
  { session: { id, principal: by } }: { session: SignedInSession },
): Promise<number> {
  const which = { userIds: [by.userId], except: id };
  return database.transaction((em) => endWebSessions(em, which, { by, at: clock.now() }));
}
