/**
 * Records when SSH keys were last used: at most once a minute for each. Replicas do not repeat each other's writes: a time
 * less than a minute newer than the stored one is not written.
 */
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";
import { DeferredNotes } from "../database/deferred-notes.ts";

const MINUTE_MS = 60_000;

const WRITE_LAST_USE: PreparedQuery = {
  name: "write_last_use_of_ssh_keys",
  text: `
    update ssh_keys k set last_used_at = used.at
    from unnest($1::int[], $2::timestamptz[]) as used (id, at)
    where k.id = used.id and (k.last_used_at is null or k.last_used_at <= used.at - interval '1 minute')`,
};

/** Collects and writes the times of last use. */
export class SshKeyLastUse {
  readonly #clock: Clock;
  readonly #notes: DeferredNotes<Date>;

  constructor(database: Database, clock: Clock) {
    this.#clock = clock;
    this.#notes = new DeferredNotes({
      clock,
      periodMs: MINUTE_MS,
      write: (batch) => {
        const moments = [...batch.values()].map((moment) => moment.toISOString());
        return database.query(WRITE_LAST_USE, [[...batch.keys()], moments]);
      },
    });
  }

  /** Notes that a key was accepted now, without using the database. */
  used(keyId: number): void {
    this.#notes.note(keyId, this.#clock.now());
  }

  /** Writes the collected times; those that cannot be written are kept for the next flush. */
  flush(): Promise<void> {
    return this.#notes.flush();
  }
}
