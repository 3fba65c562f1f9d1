/** Ends web sessions and records it. Every use case that ends some ends here. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { idArray } from "../database/id-array.ts";
import { recordEvents } from "../events/record-event.ts";
import type { Authorship } from "../users/delete-user.ts";
import { findGhostUser } from "../users/ghost-user.ts";
import { webSessionTitle } from "./browser-name.ts";

/** Which sessions end: all of these users', or of those the ones named, but for one. */
export interface EndingWebSessions {
  readonly userIds: readonly number[];
  readonly sessionIds?: readonly number[] | undefined;
  readonly except?: number | undefined;
}

/** How it is recorded: that somebody signed out, with the address that it came from, or that the session was ended. */
export interface EndOfWebSessions extends Authorship {
  readonly action?: "session_ended" | "signed_out";
  readonly address?: string;
}

/**
 * Ends web sessions inside the caller's transaction: in the same number of statements however many there are. Each has its
 * own event. Returns how many ended.
 */
export async function endWebSessions(
  em: SqlEntityManager,
  { userIds, sessionIds, except }: EndingWebSessions,
  { by, at, action = "session_ended", address = "" }: EndOfWebSessions,
): Promise<number> {
  const author = by ?? { userId: (await findGhostUser(em)).id, tokenId: null };
  const named = sessionIds === undefined ? null : idArray(sessionIds);
  const ended = await em.execute<{ id: number; browser: string | null; network: string }[]>(
    `delete from web_sessions
     where user_id = any(?::int[]) and (?::int[] is null or id = any(?::int[])) and id is distinct from ?::int
     returning id, browser, network`,
    [idArray(userIds), named, named, except ?? null],
  );
  const inOrder = ended.toSorted((one, other) => one.id - other.id);
  await recordEvents(
    em,
    inOrder.map(({ id, ...session }) => ({
      by: author,
      action,
      target: { type: "Session", id, title: webSessionTitle(session) },
      at,
      address,
    })),
  );
  return ended.length;
}
