/** Ends all by which some users are, or could be, signed in to the pages, as their account or its password goes. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { KeptWebSession } from "../accounts/end-sign-ins.ts";
import { idArray } from "../database/id-array.ts";
import type { Authorship } from "../users/delete-user.ts";
import { endWebSessions } from "./end-web-sessions.ts";

/**
 * Ends the web sessions and the sign-in links of some users, inside the caller's transaction. A session that is kept goes on
 * with the new password.
 */
export async function endWebSignIns(
  em: SqlEntityManager,
  { userIds, kept }: { readonly userIds: readonly number[]; readonly kept?: KeptWebSession | undefined },
  authorship: Authorship,
): Promise<void> {
  const of = idArray(userIds);
  await em.execute("delete from sign_in_links where user_id = any(?::int[])", [of]);
  await endWebSessions(em, { userIds, except: kept?.id }, authorship);
  if (kept === undefined) return;
  await em.execute("update web_sessions set password_fingerprint = ? where id = ? and user_id = any(?::int[])", [
    kept.passwordFingerprint,
    kept.id,
    of,
  ]);
}
