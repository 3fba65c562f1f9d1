/** Removes web sessions whose life is over. Several replicas may do it at once: each takes other rows. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { recordEvents } from "../events/record-event.ts";
import { webSessionTitle } from "./browser-name.ts";
import { webSessionCutoffs } from "./web-session-life.ts";

/** How many rows one transaction handles, since it holds its locks until it ends. */
const BATCH = 100;

const DELETE_DEAD = `
  delete from web_sessions where id in (
    select id from web_sessions where last_seen_at <= ? or created_at <= ?
    order by id limit ${BATCH} for update skip locked
  )
  returning id, user_id, browser, network`;

interface DeadSession {
  readonly id: number;
  readonly user_id: number;
  readonly browser: string | null;
  readonly network: string;
}

/**
 * Removes the sessions that lay idle for too long, or are too old, and records each as expired; returns how many.
 *
 * @see docs/spec/web.md "Sign-in and sessions"
 */
export async function sweepWebSessions({ database, clock }: UseCaseServices): Promise<number> {
  const at = clock.now();
  const { idle, old } = webSessionCutoffs(at);
  for (let total = 0; ; ) {
    const swept = await database.transaction(async (em) => {
      const dead = await em.execute<DeadSession[]>(DELETE_DEAD, [idle, old]);
      await recordEvents(
        em,
        dead.map(({ id, user_id, ...session }) => ({
          by: { userId: user_id, tokenId: null },
          action: "expired",
          target: { type: "Session", id, title: webSessionTitle(session) },
          at,
        })),
      );
      return dead.length;
    });
    total += swept;
    if (swept < BATCH) return total;
  }
}
