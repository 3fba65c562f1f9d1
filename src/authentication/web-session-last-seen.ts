/**
 * Records when and where web sessions were last seen: at most once in five minutes for each. Replicas do not repeat each
 * other's writes: a time less than five minutes newer than the stored one is not written.
 */
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";
import { DeferredNotes } from "../database/deferred-notes.ts";
import { networkOf } from "../http/client-address.ts";

const PERIOD_MS = 5 * 60_000;

const WRITE_LAST_SEEN: PreparedQuery = {
  name: "write_last_seen_of_web_sessions",
  text: `
    update web_sessions s set last_seen_at = seen.at, network = seen.network
    from unnest($1::int[], $2::timestamptz[], $3::text[]) as seen (id, at, network)
    where s.id = seen.id and s.last_seen_at <= seen.at - interval '5 minutes'`,
};

interface Seen {
  readonly at: Date;
  readonly network: string;
}

/** Collects and writes the times and places. */
export class WebSessionLastSeen {
  readonly #clock: Clock;
  readonly #notes: DeferredNotes<Seen>;

  constructor(database: Database, clock: Clock) {
    this.#clock = clock;
    this.#notes = new DeferredNotes({
      clock,
      periodMs: PERIOD_MS,
      write: (batch) => {
        const seen = [...batch.values()];
        const moments = seen.map(({ at }) => at.toISOString());
        const networks = seen.map(({ network }) => network);
        return database.query(WRITE_LAST_SEEN, [[...batch.keys()], moments, networks]);
      },
    });
  }

  /** Notes that a session was used now from `address`, without using the database. */
  seen(sessionId: number, address: string): void {
    this.#notes.note(sessionId, { at: this.#clock.now(), network: networkOf(address) });
  }

  /** Writes what was collected; what cannot be written is kept for the next flush. */
  flush(): Promise<void> {
    return this.#notes.flush();
  }
}
