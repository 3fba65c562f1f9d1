/** What pages know of the service's periodic jobs: a port, since what does them lies above. */

/** The end of a run of a job, on whichever process. */
export interface JobRun {
  readonly endedAt: Date;
  readonly ms: number;
  readonly failed: boolean;
}

/** A periodic job of the service. */
export interface Job {
  /** As the log calls it. */
  readonly name: string;
  /** What it does, a sentence. */
  readonly about: string;
  readonly everyMs: number;
  /** Undefined where none is known. Of a job done every few seconds, it may be a minute old. */
  readonly lastRun: JobRun | undefined;
  /** Whether it did not run for three of its periods, and five minutes at least. */
  readonly isOverdue: boolean;
}

/** Reads how the jobs ran. */
export interface JobRunsReader {
  /** All jobs. One query. */
  list(): Promise<readonly Job[]>;
}
