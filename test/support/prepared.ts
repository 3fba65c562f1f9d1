/** What every service of a run needs and a run makes once: a database with its first users to begin from, and certificates. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import { seedFirstAdministrator } from "../../src/accounts/seed-first-administrator.ts";
import { Database, type DatabaseLocation } from "../../src/database/database.ts";
import { ENTITIES } from "../../src/server/container.ts";
import { openSigningKeys } from "../../src/signing/signing-keys.ts";
import { ensureGhostUser } from "../../src/users/ghost-user.ts";
import { User } from "../../src/users/user.entity.ts";
import { cheapDigest } from "./cheap-digest.ts";
import { FakeClock } from "./clock.ts";

/** Longer than a busy machine needs. */
const TIMEOUT_MS = 60_000;

/** The password of `root`. */
export const ROOT_PASSWORD = "correct horse battery staple";

/** Where Keyside is by default. */
const HOST = "localhost";

/** Brings an empty database to what a first start leaves, but for the operator's token; `work` looks at it then. */
export async function prepareDatabase(
  location: DatabaseLocation,
  work: (database: Database) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const database = await Database.open(location, ENTITIES, { timeoutMs: TIMEOUT_MS });
  try {
    await database.prepare(async (em) => {
      const now = new FakeClock().now();
      await ensureGhostUser(em, { now, host: HOST });
      await seedFirstAdministrator(em, { now, host: HOST, password: () => Promise.resolve(ROOT_PASSWORD) });
      await em.nativeUpdate(User, { username: "root" }, { passwordDigest: cheapDigest(ROOT_PASSWORD) });
    });
    await work(database);
  } finally {
    await database.close();
  }
}

/** The files of an embedded cluster with such a database, as one archive. */
export async function dumpPreparedCluster(): Promise<Buffer<ArrayBuffer>> {
  let dump = Buffer.alloc(0);
  await prepareDatabase({ memory: {} }, async (database) => {
    dump = await dumpCluster((await database.em().getConnection().getNativeClient()) as PGlite);
  });
  return dump;
}

/** The files of a cluster with the one database that is open, as one archive: two of three belong to what new ones are copied from. */
export async function dumpCluster(cluster: PGlite): Promise<Buffer<ArrayBuffer>> {
  await cluster.exec("update pg_database set datistemplate = false, datallowconn = true");
  const others = await cluster.query<{ name: string }>(
    "select quote_ident(datname) as name from pg_database where datname <> current_database()",
  );
  for (const { name } of others.rows) await cluster.exec(`drop database ${name}`);
  return Buffer.from(await (await cluster.dumpDataDir("none")).arrayBuffer());
}

/** A directory with a CA and a leaf of the day on which the clocks of tests begin; and what removes it. */
export async function makeCerts(): Promise<{ directory: string; remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "keyside-test-certs-"));
  await openSigningKeys({ directory, algorithm: "ES256", clock: new FakeClock(), onEvent: () => undefined });
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}
