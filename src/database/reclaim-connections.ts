/** Keeps lost connections from using up the pool. */
import type { Pool, PoolClient } from "pg";

/**
 * Gives a connection that ended back to its pool, whoever still holds it. kysely (0.29) never gives back one on which
 * `begin` or `rollback` failed: after a few lost connections, the pool would have none left, and wait for ever at its end.
 */
export function reclaimEndedConnections(pool: Pool): void {
  const inUse = new Set<PoolClient>();
  pool.on("acquire", (client) => inUse.add(client));
  pool.on("release", (_error, client) => inUse.delete(client));
  pool.on("connect", (client) => {
    client.once("end", () => {
      if (!inUse.has(client)) return;
      client.release(true);
      // Its holder may still give it back, which would be once too often.
      client.release = () => undefined;
    });
  });
}
