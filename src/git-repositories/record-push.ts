/** Turns the row of a push into what it was: events, and the default branch of a project that had none. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { recordEvents } from "../events/record-event.ts";
import { firstDefaultBranch, type RefUpdate } from "./decide-updates.ts";
import { pointHead } from "./default-branch.ts";
import { describePush } from "./describe-push.ts";
import { type GitServices, requireGit } from "./git-services.ts";
import { closePush, lockOpenPush } from "./push-record.ts";

/** A push, and where it went. */
export interface RecordedPush {
  /** Of its row. */
  readonly id: number;
  readonly directory: string;
  /** Those that have happened. */
  readonly updates: readonly RefUpdate[];
}

/**
 * Records what a push has changed, once: whoever comes second does nothing. Git is asked before the transaction begins, so that
 * no other waits for it.
 *
 * @throws UnavailableError when git cannot be asked
 */
export async function recordPush(services: GitServices, { id, directory, updates }: RecordedPush): Promise<void> {
  const program = requireGit(services);
  const described = await describePush({ program, directory }, updates);
  const defaultBranch = await services.database.transaction(async (em) => {
    const push = await lockOpenPush(em, id);
    if (push === undefined) return undefined;
    // Whoever pushed may be gone since, and the ghost user stand in the row.
    const { projectId, by } = push;
    const at = services.clock.now();
    await recordEvents(
      em,
      described.map((data) => ({ by, push: data, projectId, at })),
    );
    await closePush(em, id, { updates, at });
    return await keepDefaultBranch(em, projectId, updates);
  });
  if (defaultBranch !== undefined) await pointHead(program, directory, defaultBranch);
}

/** The default branch, chosen now if there was none. */
async function keepDefaultBranch(
  em: SqlEntityManager,
  projectId: number,
  updates: readonly RefUpdate[],
): Promise<string | undefined> {
  const first = firstDefaultBranch(updates);
  if (first !== undefined) {
    await em.execute("update projects set default_branch = ? where id = ? and default_branch is null", [
      first,
      projectId,
    ]);
  }
  const [row] = await em.execute<{ default_branch: string | null }[]>(
    "select default_branch from projects where id = ?",
    [projectId],
  );
  return row?.default_branch ?? undefined;
}
