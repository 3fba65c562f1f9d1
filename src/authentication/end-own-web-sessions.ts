/** Ends sign-ins of one's own, from any session: whoever lost a device signs it out. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { NotFoundError } from "../errors.ts";
import { endRefreshTokens } from "../refresh-tokens/end-refresh-tokens.ts";
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

/** Ends all sessions of the caller's but the one that the request came with, and all their sign-ins to registries. */
export async function endOtherSignIns(
  { database, clock }: UseCaseServices,
  { session: { id, principal: by } }: { session: SignedInSession },
): Promise<void> {
  const authorship = { by, at: clock.now() };
  await database.transaction(async (em) => {
    await endWebSessions(em, { userIds: [by.userId], except: id }, authorship);
    await endRefreshTokens(em, { userIds: [by.userId] }, authorship);
  });
}
