/** Tidies up the directory of the repositories: what belongs to no project, what a killed process left, and the trash. */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { DAY_MS } from "../clock.ts";
import type { GitServices } from "./git-services.ts";
import type { StoredEntry } from "./repository-store.ts";

/** How long what was deleted can be got back by hand. */
const TRASH_MS = 7 * DAY_MS;

/** How old a directory without a project is before it goes: one that is younger may belong to what is being made. */
const ORPHANED_MS = DAY_MS;

/** How many keys one query is asked about. */
const BATCH = 500;

/** Objects of a push that was cut off: git moves or removes them itself where it comes to its end. */
const QUARANTINE = /^(?:tmp_objdir-)?incoming-|^tmp_objdir-/;

/**
 * Moves directories of no project to the trash, and deletes what lay there for seven days, and what pushes that cannot be
 * under way any more left behind.
 *
 * @see docs/spec/git.md "On disk" and "Running git"
 */
export async function sweepRepositories(services: GitServices): Promise<void> {
  const { clock, config, repositories } = services;
  const now = clock.now().getTime();
  await repositories.emptyTrash(new Date(now - TRASH_MS));
  const quarantineLimit = new Date(now - 2 * config.git.timeoutSeconds * 1000);
  let batch: StoredEntry[] = [];
  for await (const entry of repositories.entries()) {
    if (entry.key !== undefined) await removeQuarantines(entry.path, quarantineLimit);
    if (now - entry.changedAt.getTime() > ORPHANED_MS) batch.push(entry);
    if (batch.length < BATCH) continue;
    await discardOrphans(services, batch);
    batch = [];
  }
  await discardOrphans(services, batch);
}

async function discardOrphans(
  { database, repositories, log }: GitServices,
  entries: readonly StoredEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const keys = entries.flatMap(({ key }) => key ?? []);
  const rows =
    keys.length === 0
      ? []
      : await database
          .em()
          .execute<{ key: string }[]>("select repository_key as key from projects where repository_key in (?)", [keys]);
  const known = new Set(rows.map(({ key }) => key));
  for (const { path, key } of entries) {
    if (key !== undefined && known.has(key)) continue;
    await repositories.moveToTrash(path);
    log.warn({ path }, "a directory of no project was moved to the trash of the repositories");
  }
}

async function removeQuarantines(repository: string, before: Date): Promise<void> {
  const objects = join(repository, "objects");
  const names = await readdir(objects).catch(() => []);
  for (const name of names) {
    if (!QUARANTINE.test(name)) continue;
    const path = join(objects, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && found.mtime < before) await rm(path, { recursive: true, force: true });
  }
}
