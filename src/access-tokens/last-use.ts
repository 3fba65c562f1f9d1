/**
 * When tokens were last used: gathered in memory, written in batches off the request path, at most once a minute a token.
 * Several replicas agree in the database: a time that is less than a minute newer than the stored one is not written.
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

/** Gathers and writes the times of last use. */
export class LastUse {
  readonly #database: Database;
  readonly #clock: Clock;
  /** What is to be written, by token. */
  #waiting = new Map<number, Date>();
  /** What was gathered less than a minute ago, by token. */
  #recent = new Map<number, number>();

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Notes that a token was accepted now; asks nothing of the database. */
  used(tokenId: number): void {
    const now = this.#clock.now();
    const last = this.#recent.get(tokenId);
    if (last !== undefined && now.getTime() - last < MINUTE_MS) return;
    this.#recent.set(tokenId, now.getTime());
    this.#waiting.set(tokenId, now);
  }

  /** Writes what was gathered; what cannot be written waits for the next time. */
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
