/** Signs humans out of the pages. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import type { SignedInSession } from "./authenticate-web-session.ts";
import { endWebSessions } from "./end-web-sessions.ts";
import type { Sender } from "./sender.ts";

/** Ends the session that the request came with; does nothing where it has ended meanwhile. */
export async function signOut(
  { database, clock }: UseCaseServices,
  { session: { id, principal: by }, sender }: { session: SignedInSession; sender: Pick<Sender, "address"> },
): Promise<void> {
  const how = { by, at: clock.now(), action: "signed_out", address: sender.address } as const;
  await database.transaction((em) => endWebSessions(em, { userIds: [by.userId], sessionIds: [id] }, how));
}
