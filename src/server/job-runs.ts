/**
 * Records when each chore last ran, on whichever process. Processes note it in memory; a chore writes it, in one statement:
 * of the frequent ones once a minute, and at once where a run failed after one that did not, or the other way round.
 */
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";
import type { Job, JobRun, JobRunsReader } from "../web/admin/job-runs-reader.ts";
import type { ChoreDescription } from "./chore-list.ts";

const MINUTE_MS = 60_000;

/** How many periods a chore may miss before it is overdue, and how long it may stay away in any case. */
const OVERDUE = { periods: 3, atLeastMs: 5 * MINUTE_MS };

/** Replicas may write in another order than they ran: the latest run stays. */
const WRITE: PreparedQuery = {
  name: "write_job_runs",
  text: `
    insert into job_runs as stored (name, ran_at, ms, failed)
    select name, ran_at, ms, failed
    from jsonb_to_recordset($1::jsonb) as (name text, ran_at timestamptz, ms int, failed boolean) order by name
    on conflict (name) do update set ran_at = excluded.ran_at, ms = excluded.ms, failed = excluded.failed
    where stored.ran_at <= excluded.ran_at`,
};

const READ: PreparedQuery = { name: "read_job_runs", text: "select name, ran_at, ms, failed from job_runs" };

interface Row {
  readonly name: string;
  readonly ran_at: Date | string;
  readonly ms: number;
  readonly failed: boolean;
}

/** What a service's record needs. */
export interface JobRunsOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** All chores, by name. */
  readonly chores: Readonly<Record<string, ChoreDescription>>;
}

/** Notes the runs of chores, writes them, and reads what all processes wrote. */
export class JobRuns implements JobRunsReader {
  readonly #options: JobRunsOptions;
  readonly #startedAt: Date;
  /** What is still to be written, by the chore's name. */
  #waiting = new Map<string, JobRun>();
  /** What this process wrote last, by the chore's name. */
  readonly #written = new Map<string, JobRun>();
  /** Until when nothing is written, after a failure (ms since the epoch). */
  #pausedUntil = 0;

  constructor(options: JobRunsOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  /** Notes a run, unless it is like one of less than a minute ago. Uses no database. */
  note({ name, everyMs }: { readonly name: string; readonly everyMs: number }, run: JobRun): void {
    const last = this.#written.get(name);
    const isNews =
      everyMs >= MINUTE_MS ||
      last?.failed !== run.failed ||
      run.endedAt.getTime() - last.endedAt.getTime() >= MINUTE_MS ||
      this.#waiting.has(name);
    if (isNews) this.#waiting.set(name, run);
  }

  /** Writes what was noted; what cannot be written is kept, and tried again a minute later. */
  async flush(): Promise<void> {
    const now = this.#options.clock.now().getTime();
    if (this.#waiting.size === 0 || now < this.#pausedUntil) return;
    const batch = this.#waiting;
    this.#waiting = new Map();
    const rows = Array.from(batch, ([name, { endedAt, ms, failed }]) => ({ name, ran_at: endedAt, ms, failed }));
    try {
      await this.#options.database.query(WRITE, [JSON.stringify(rows)]);
    } catch (error) {
      this.#waiting = new Map([...batch, ...this.#waiting]);
      this.#pausedUntil = now + MINUTE_MS;
      throw error;
    }
    for (const [name, run] of batch) this.#written.set(name, run);
  }

  /** All jobs and how each last ran. One query. */
  async list(): Promise<readonly Job[]> {
    const { database, clock, chores } = this.#options;
    const rows = await database.query<Row>(READ, []);
    const runs = new Map(
      rows.map(({ name, ran_at: at, ms, failed }): [string, JobRun] => [name, { endedAt: new Date(at), ms, failed }]),
    );
    const now = clock.now();
    return Object.entries(chores).map(([name, { everyMs, about }]) => {
      const lastRun = runs.get(name);
      return { name, about, everyMs, lastRun, isOverdue: isOverdue(everyMs, lastRun?.endedAt ?? this.#startedAt, now) };
    });
  }
}

/** Whether a chore that last ran at `since`, or never since this process started then, should have run again. */
export function isOverdue(everyMs: number, since: Date, now: Date): boolean {
  return now.getTime() - since.getTime() > Math.max(OVERDUE.periods * everyMs, OVERDUE.atLeastMs);
}
