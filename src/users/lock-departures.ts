/**
 * The one lock under which an Owner or an administrator goes. Whether another is left is a question about many rows, and
 * two who go at once would each be told that the other stays; so they go one after the other.
 */
import type { SqlEntityManager } from "@mikro-orm/postgresql";

/** The key of the advisory lock. Any number will do, as long as every replica uses the same. */
const DEPARTURES_LOCK = 6_573_642_107;

/**
 * Waits until nobody else is about to delete, block, demote or remove an Owner or an administrator, and holds the lock
 * until the transaction ends. It comes before every lock on a row, so that nothing deadlocks; what is decided under it
 * must be read after it.
 *
 * @see docs/spec/access-tokens.md "Administrators and owners cannot vanish"
 */
export async function lockDepartures(em: SqlEntityManager): Promise<void> {
  await em.execute("select pg_advisory_xact_lock(?)", [DEPARTURES_LOCK]);
}
