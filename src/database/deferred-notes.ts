/**
 * Takes notes about rows in memory, and writes them in batches off the request path: what a request has to say about a row
 * costs it no query. A row is noted at most once a period, however often it is used.
 */
import type { Clock } from "../clock.ts";

/** What the notes are about, and how they are written. */
export interface DeferredNotesOptions<Note> {
  readonly clock: Clock;
  /** How long after a note nothing more is noted about the same row. */
  readonly periodMs: number;
  /** Writes a batch that is not empty, by the rows' ids. */
  readonly write: (batch: ReadonlyMap<number, Note>) => Promise<unknown>;
}

/** Collects notes and writes them. */
export class DeferredNotes<Note> {
  readonly #options: DeferredNotesOptions<Note>;
  /** What is still to be written, by id. */
  #waiting = new Map<number, Note>();
  /** When notes were taken less than a period ago (ms since the epoch), by id. */
  #recent = new Map<number, number>();

  constructor(options: DeferredNotesOptions<Note>) {
    this.#options = options;
  }

  /** Notes something about a row, unless there is a note already from this period. Uses no database. */
  note(id: number, note: Note): void {
    const now = this.#options.clock.now().getTime();
    const last = this.#recent.get(id);
    if (last !== undefined && now - last < this.#options.periodMs) return;
    this.#recent.set(id, now);
    this.#waiting.set(id, note);
  }

  /** Writes what was collected; what cannot be written is kept for the next flush. */
  async flush(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = new Map();
    const oldest = this.#options.clock.now().getTime() - this.#options.periodMs;
    this.#recent = new Map([...this.#recent].filter(([, at]) => at > oldest));
    if (batch.size === 0) return;
    try {
      await this.#options.write(batch);
    } catch (error) {
      this.#waiting = new Map([...batch, ...this.#waiting]);
      throw error;
    }
  }
}
