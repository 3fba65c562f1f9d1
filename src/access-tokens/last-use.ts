/**
 * Records when tokens were last used. Times are collected in memory and written in batches off the request path, at
 * most once a minute for each token.
 * Replicas do not repeat each other's writes: a time less than a minute newer than the stored one is not written.
 */
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";

const MINUTE_MS = 60_000;

const WRITE_LAST_USE: PreparedQuery = {
  name: "write_last_use",
  text: `
    update access_tokens t set last_used_at = used.at
    from unnest($1::int[], $2::timestamptz[]) as used (id, at)
    where t.id = used.id and (t.last_used_at is null or t.last_used_at <= used.at - interval '1 minute')`,
};

/** Collects and writes the times of last use. */
export class LastUse {
  readonly #database: Database;
  readonly #clock: Clock;
  /** Times still to be written, by token id. */
  #waiting = new Map<number, Date>();
  /** Times noted less than a minute ago (ms since the epoch), by token id. */
  #recent = new Map<number, number>();

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Notes that a token was accepted now, without using the database. */
  used(tokenId: number): void {
    const now = this.#clock.now();
    const last = this.#recent.get(tokenId);
    if (last !== undefined && now.getTime() - last < MINUTE_MS) return;
    this.#recent.set(tokenId, now.getTime());
    this.#waiting.set(tokenId, now);
  }

  /** Writes the collected times; those that cannot be written are kept for the next flush. */
  async flush(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = new Map();
    const oldest = this.#clock.now().getTime() - MINUTE_MS;
    this.#recent = new Map([...this.#recent].filter(([, at]) => at > oldest));
    if (batch.size === 0) return;
    const times = [...batch.values()].map((at) => at.toISOString());
    try {
      await this.#database.query(WRITE_LAST_USE, [[...batch.keys()], times]);
    } catch (error) {
      this.#waiting = new Map([...batch, ...this.#waiting]);
      throw error;
    }
  }
}
