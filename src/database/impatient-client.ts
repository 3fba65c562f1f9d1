/** A connection to PostgreSQL that gives up on a server that does not answer: frozen, or behind a half-dead network. */
import pg from "pg";

/**
 * A class of clients for pg's pool, each of which ends itself when a query stays unanswered for `timeoutMs`: the query
 * fails with "Connection terminated", and the pool forgets the client. pg's own `query_timeout` would leave the
 * connection in the pool, where whatever comes next waits behind the query that is never answered.
 */
export function impatientClient(timeoutMs: number): new () => pg.Client {
  return class extends pg.Client {
    #unanswered: NodeJS.Timeout | undefined;

    constructor(config?: pg.ClientConfig) {
      super(config);
      // "drain": all queries are answered.
      for (const event of ["drain", "end"] as const) this.on(event, () => this.#answered());
    }

    // `never` goes with each of the many signatures of the base class.
    override query(...given: never[]): never {
      this.#unanswered ??= setTimeout(() => void this.end(), timeoutMs);
      return super.query(...(given as unknown as [string])) as never;
    }

    #answered(): void {
      clearTimeout(this.#unanswered);
      this.#unanswered = undefined;
    }
  };
}
