/**
 * Runs what the process does beside its requests, again and again: a failure is logged, and the chore is tried again at
 * its next time.
 */
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { isDiskFull } from "../database/database-errors.ts";
import type { JobRuns } from "./job-runs.ts";

/** A job that runs every `everyMs` milliseconds. */
export interface Chore {
  readonly name: string;
  readonly everyMs: number;
  run(): Promise<unknown>;
}

/** What running chores needs. */
export interface ChoreServices {
  readonly log: Logger;
  readonly clock: Clock;
  /** Told of each run. */
  readonly jobRuns: Pick<JobRuns, "note">;
}

/** Starts the chores; returns a function that stops them and waits for those under way. */
export function startChores(chores: readonly Chore[], services: ChoreServices): () => Promise<void> {
  const underWay = new Map<Chore, Promise<void>>();
  const timers = chores.map((chore) => {
    const tick = () => {
      // A chore that takes longer than its period is not run twice at once.
      if (underWay.has(chore)) return;
      underWay.set(
        chore,
        run(chore, services).finally(() => underWay.delete(chore)),
      );
    };
    return setInterval(tick, chore.everyMs).unref();
  });
  return async () => {
    for (const timer of timers) clearInterval(timer);
    await Promise.all(underWay.values());
  };
}

async function run(chore: Chore, { log, clock, jobRuns }: ChoreServices): Promise<void> {
  const beganAt = clock.now();
  const note = (failed: boolean) => {
    const endedAt = clock.now();
    // The machine's clock may be set back meanwhile.
    jobRuns.note(chore, { endedAt, ms: Math.max(0, endedAt.getTime() - beganAt.getTime()), failed });
  };
  try {
    await chore.run();
    note(false);
  } catch (error) {
    note(true);
    // The database has told that its disk is full, once for all that fails until there is room.
    if (isDiskFull(error)) return;
    log.error({ err: error, chore: chore.name }, "a chore failed; it is tried again");
  }
}
