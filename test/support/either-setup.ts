/** Before the tests that one database is enough for: PostgreSQL where there is one, else the embedded one. */
import type { TestProject } from "vitest/node";
import { setup as setUpEmbedded } from "./embedded-setup.ts";
import { provideServer, startPostgresServer } from "./postgresql-setup.ts";

/** Provides what tests need of the one or the other; what it returns removes it again. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgresServer([]);
  return server === undefined ? await setUpEmbedded(project) : await provideServer(project, server);
}
