/**
 * Records when tokens were last used, access tokens and refresh tokens alike: at most once a minute for each.
 * Replicas do not repeat each other's writes: a time less than a minute newer than the stored one is not written.
 */
import type { Clock } from "../clock.ts";
import type { Database } from "../database/database.ts";
import { DeferredNotes } from "../database/deferred-notes.ts";

const MINUTE_MS = 60_000;

/** Collects and writes the times of last use of one kind of token. */
export class LastUse {
  readonly #clock: Clock;
  readonly #notes: DeferredNotes<Date>;

  constructor(database: Database, clock: Clock, table: "access_tokens" | "refresh_tokens") {
    this.#clock = clock;
    const query = {
      name: `write_last_use_of_${table}`,
      text: `
        update ${table} t set last_used_at = used.at
        from unnest($1::int[], $2::timestamptz[]) as used (id, at)
        where t.id = used.id and (t.last_used_at is null or t.last_used_at <= used.at - interval '1 minute')`,
    };
    this.#notes = new DeferredNotes({
      clock,
      periodMs: MINUTE_MS,
      write: (batch) =>
        database.query(query, [[...batch.keys()], [...batch.values()].map((moment) => moment.toISOString())]),
    });
  }

  /** Notes that a token was accepted now, without using the database. */
  used(tokenId: number): void {
    this.#notes.note(tokenId, this.#clock.now());
  }

  /** Writes the collected times; those that cannot be written are kept for the next flush. */
  flush(): Promise<void> {
    return this.#notes.flush();
  }
}
