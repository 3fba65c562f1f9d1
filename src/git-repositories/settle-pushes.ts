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

/**
 * Settles the pushes that began longer ago than any can last, and forgets those that were closed long ago. Without git there
 * is nothing that could be settled.
 *
 * @see docs/spec/git.md "Hooks and events"
 */
export async function settlePushes(services: GitServices): Promise<void> {
  const { database, clock, config, foundGit, repositories } = services;
  if (foundGit.program === undefined) return;
  const now = clock.now().getTime();
  const open = await listOpenPushes(database.em(), new Date(now - 2 * config.git.timeoutSeconds * 1000));
  for (const { id, key } of open) {
    const directory = await repositories.find(key);
    if (directory !== undefined) await settlePush(services, { id, directory });
  }
  await forgetPushes(database.em(), new Date(now - KEPT_MS));
}

/** Records those updates of a push that have happened. Does nothing if the push was recorded already. */
export async function settlePush(
  services: GitServices,
  { id, directory }: { readonly id: number; readonly directory: string },
): Promise<void> {
  const em = services.database.em();
  const push = await findOpenPush(em, id);
  if (push === undefined) return;
  const refs = await readRefs(requireGit(services), directory);
  const followed = await findFollowed(em, push);
  // Either the ref says so now, or a later push led on from there.
  const updates = push.updates.filter(
    (update, index) => followed.has(index) || (refs.get(update.ref) ?? NO_OBJECT) === update.to,
  );
  await recordPush(services, { id, directory, updates });
}

async function readRefs(program: GitProgram, directory: string): Promise<ReadonlyMap<string, string>> {
  const output = await askGit(program, { directory, args: ["for-each-ref", "--format=%(objectname) %(refname)"] });
  const lines = output.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]));
}
