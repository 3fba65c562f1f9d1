/**
 * Records when the rows of a table were last used: at most once a minute for each. Replicas do not repeat each other's writes: a
 * time less than a minute newer than the stored one is not written.
 */
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "./database.ts";
import { DeferredNotes } from "./deferred-notes.ts";

const MINUTE_MS = 60_000;

/** A table whose rows have an `id` and a `last_used_at`. */
export type UsedTable = "refresh_tokens" | "ssh_keys";

const writeLastUse = (table: UsedTable): PreparedQuery => ({
  name: `write_last_use_of_${table}`,
  text: `
    update ${table} t set last_used_at = used.at
    from unnest($1::int[], $2::timestamptz[]) as used (id, at)
    where t.id = used.id and (t.last_used_at is null or t.last_used_at <= used.at - interval '1 minute')`,
});

/** Collects and writes the times of last use of the rows of one table. */
export class RowLastUse {
  readonly #clock: Clock;
  readonly #notes: DeferredNotes<Date>;

  constructor(table: UsedTable, database: Pick<Database, "query">, clock: Clock) {
    const statement = writeLastUse(table);
    this.#clock = clock;
    this.#notes = new DeferredNotes({
      clock,
      periodMs: MINUTE_MS,
      write: (batch) => {
        const moments = [...batch.values()].map((moment) => moment.toISOString());
        return database.query(statement, [[...batch.keys()], moments]);
      },
    });
  }

  /** Notes that a row was used now, without using the database. */
  used(id: number): void {
    this.#notes.note(id, this.#clock.now());
  }

  /** Writes the collected times; those that cannot be written are kept for the next flush. */
  flush(): Promise<void> {
    return this.#notes.flush();
  }
}
