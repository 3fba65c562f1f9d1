/**
 * Before the tests on the embedded database: one prepared cluster, dumped to a file. A test's database is loaded from it,
 * which takes a tenth of the time that making a cluster does. And an empty one, for tests about the first start.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import type { TestProject } from "vitest/node";
import { dumpCluster, dumpPreparedCluster, makeCerts } from "./prepared.ts";

/** Provides the dumps and certificates; what it returns removes the files again. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "keyside-dump-"));
  const cluster = await PGlite.create();
  const empty = await dumpCluster(cluster);
  await cluster.close();
  const dumps = { empty: join(directory, "empty.tar"), prepared: join(directory, "prepared.tar") };
  await writeFile(dumps.empty, empty);
  await writeFile(dumps.prepared, await dumpPreparedCluster());
  project.provide("embeddedDumps", dumps);
  const certs = await makeCerts();
  project.provide("certs", certs.directory);
  return async () => {
    await certs.remove();
    await rm(directory, { recursive: true, force: true });
  };
}
