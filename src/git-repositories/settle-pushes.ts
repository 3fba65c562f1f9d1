/** Finds out what became of pushes of which nobody said it: git, or Keyside, was killed on the way. */
import { DAY_MS } from "../clock.ts";
import { NO_OBJECT } from "./decide-updates.ts";
import type { GitProgram } from "./find-git.ts";
import { type GitServices, requireGit } from "./git-services.ts";
import { findFollowed, findOpenPush, forgetPushes, listOpenPushes } from "./push-record.ts";
import { recordPush } from "./record-push.ts";
import { askGit } from "./run-git.ts";

/** How long the rows of pushes are kept once they are closed. */
const KEPT_MS = 7 * DAY_MS;

/** How many refs git is asked about at once: their names are arguments. */
const BATCH = 1000;

/**
 * Settles the pushes that began longer ago than any can last, and forgets those that were closed long ago. Without git there
 * is nothing that could be settled. One that cannot be settled does not keep the others from it.
 *
 * @throws AggregateError of what became of those that could not
 * @see docs/spec/git.md "Hooks and events"
 */
export async function settlePushes(services: GitServices): Promise<void> {
  const { database, clock, config, foundGit, repositories } = services;
  if (foundGit.program === undefined) return;
  const now = clock.now().getTime();
  const open = await listOpenPushes(database.em(), new Date(now - 2 * config.git.timeoutSeconds * 1000));
  const failures: unknown[] = [];
  const settle = async ({ id, key }: (typeof open)[number]) => {
    const directory = await repositories.find(key);
    if (directory !== undefined) await settlePush(services, { id, directory });
  };
  for (const push of open) await settle(push).catch((error: unknown) => failures.push(error));
  await forgetPushes(database.em(), new Date(now - KEPT_MS));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} pushes could not be settled`);
}

/** Records those updates of a push that have happened. Does nothing if the push was recorded already. */
export async function settlePush(
  services: GitServices,
  { id, directory }: { readonly id: number; readonly directory: string },
): Promise<void> {
  const em = services.database.em();
  const push = await findOpenPush(em, id);
  if (push === undefined) return;
  const names = push.updates.map(({ ref }) => ref);
  const refs = await readRefs(requireGit(services), directory, names);
  const followed = await findFollowed(em, push);
  // Either the ref says so now, or a later push led on from there.
  const updates = push.updates.filter(
    (update, index) => followed.has(index) || (refs.get(update.ref) ?? NO_OBJECT) === update.to,
  );
  await recordPush(services, { id, directory, updates });
}

/** The objects of those refs that there are; a repository may have more refs than can be read. */
async function readRefs(
  program: GitProgram,
  directory: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const refs = new Map<string, string>();
  for (let start = 0; start < names.length; start += BATCH) {
    const args = ["for-each-ref", "--format=%(objectname) %(refname)", "--", ...names.slice(start, start + BATCH)];
    const lines = (await askGit(program, { directory, args })).split("\n");
    for (const line of lines) refs.set(line.slice(41), line.slice(0, 40));
  }
  return refs;
}
