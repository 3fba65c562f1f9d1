/** What every service of a run needs and a run makes once: a migrated database to begin from, and certificates. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import { Database, type DatabaseLocation } from "../../src/database/database.ts";
import { ENTITIES } from "../../src/server/container.ts";
import { openSigningKeys } from "../../src/signing/signing-keys.ts";
import { FakeClock } from "./clock.ts";

/** Longer than a busy machine needs. */
const TIMEOUT_MS = 60_000;

/** Brings an empty database to the newest schema, with nothing in it; `work` may look at it before it is closed. */
export async function migrateDatabase(
  location: DatabaseLocation,
  work: (database: Database) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const database = await Database.open(location, ENTITIES, { timeoutMs: TIMEOUT_MS });
  try {
    await database.prepare(() => Promise.resolve());
    await work(database);
  } finally {
    await database.close();
  }
}

/** The files of an embedded cluster with the newest schema, as one archive. */
export async function dumpMigratedCluster(): Promise<Buffer> {
  let dump = Buffer.alloc(0);
  await migrateDatabase({ memory: {} }, async (database) => {
    const cluster = (await database.em().getConnection().getNativeClient()) as PGlite;
    dump = Buffer.from(await (await cluster.dumpDataDir("none")).arrayBuffer());
  });
  return dump;
}

/** A directory with a CA and a leaf of the day on which the clocks of tests begin; and what removes it. */
export async function makeCerts(): Promise<{ directory: string; remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "keyside-test-certs-"));
  await openSigningKeys({ directory, algorithm: "ES256", clock: new FakeClock(), onEvent: () => undefined });
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}
