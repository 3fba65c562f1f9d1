/**
 * The audit log as the parts of the service know it: they tell it what happened. Lines are gathered and written together,
 * off the request path; what waits is bounded.
 *
 * @see docs/spec/audit.md
 */
import type { Clock } from "../clock.ts";
import { UnavailableError } from "../errors.ts";
import { type AuditEntry, renderEntry } from "./audit-entry.ts";

/** Writes lines, in the order in which they are given. */
export interface AuditSink {
  /**
   * Resolves when all have been handed to the file system; none of them counts as written otherwise.
   *
   * @param bodies as `sealLine` takes them
   */
  append(bodies: readonly string[]): Promise<void>;
  /** Opens the file anew, as after its renaming. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** How long a line waits for others where nobody waits for it. */
const GATHERING_MS = 50;

/** As many are written without waiting for more; and at once, at most. */
const GATHERED_LINES = 500;

/** How long after a failure it is tried again. */
const RETRY_MS = 1_000;

/** What waits at most, in characters. */
const MAXIMUM_WAITING = 16 * 1024 * 1024;

/** What the audit log needs. */
export interface AuditLogOptions {
  readonly sink: AuditSink;
  readonly clock: Clock;
  /** Whether no registry token leaves before its line is written. */
  readonly required: boolean;
  /** Told how many lines were lost, each time that some were. */
  readonly onLost: (lines: number) => void;
}

interface Waiting {
  readonly body: string;
  /** Set for one that somebody waits for: if it cannot be written, what it tells of does not happen. */
  readonly wanted: PromiseWithResolvers<void> | undefined;
}

/** Takes what happened and has it written. */
export class AuditLog {
  readonly #options: AuditLogOptions;
  #waiting: Waiting[] = [];
  #size = 0;
  #lost = 0;
  #failing = false;
  #closing = false;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;
  #writing: Promise<void> | undefined;

  constructor(options: AuditLogOptions) {
    this.#options = options;
  }

  /** Whether issuing depends on the log and it cannot be written. */
  get stopsIssuing(): boolean {
    return this.#options.required && this.#failing;
  }

  /** Tells of something that has happened. */
  tell(entry: AuditEntry): void {
    this.#add({ body: renderEntry(entry, this.#options.clock.now()), wanted: undefined });
  }

  /**
   * Tells of something that is about to happen. Where the log is required, what comes back is to be waited for.
   *
   * @throws UnavailableError by rejection, when the line could not be written: then it must not happen
   */
  tellBefore(entry: AuditEntry): Promise<void> | undefined {
    if (!this.#options.required) {
      this.tell(entry);
      return undefined;
    }
    const wanted = Promise.withResolvers<void>();
    this.#add({ body: renderEntry(entry, this.#options.clock.now()), wanted });
    return wanted.promise;
  }

  /** Has written what was told so far, as far as it can be. */
  async flush(): Promise<void> {
    await this.#writing;
    if (this.#waiting.length > 0) await this.#write();
  }

  /** Opens the file anew, after what was told so far. @throws Error when it cannot be opened */
  async reopen(): Promise<void> {
    await this.flush();
    await this.#options.sink.reopen();
  }

  /** Writes what waits, and closes the file. What cannot be written now is lost. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.flush();
    clearTimeout(this.#timer);
    clearImmediate(this.#soon);
    this.#lose(this.#waiting.splice(0).length);
    await this.#options.sink.close();
  }

  #add(line: Waiting): void {
    if (this.#size + line.body.length > MAXIMUM_WAITING) {
      if (line.wanted === undefined) this.#lose(1);
      else line.wanted.reject(cannotBeWritten());
      return;
    }
    this.#waiting.push(line);
    this.#size += line.body.length;
    if (this.#writing === undefined) this.#schedule();
  }

  /** All that come in the same turn of the event loop, or within the time of gathering, are one write. */
  #schedule(): void {
    const { length } = this.#waiting;
    const isWanted = this.#options.required && this.#waiting[length - 1]?.wanted !== undefined;
    if (isWanted || (length >= GATHERED_LINES && !this.#failing)) {
      this.#soon ??= setImmediate(() => {
        this.#soon = undefined;
        void this.#write();
      });
    } else {
      this.#timer ??= setTimeout(() => void this.#write(), this.#failing ? RETRY_MS : GATHERING_MS).unref();
    }
  }

  #write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
      if (!this.#closing && (this.#failing || this.#waiting.length > 0)) this.#schedule();
    });
    return this.#writing;
  }

  /** Also where nothing waits: so it is seen that a log which failed works again. */
  async #writeAll(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    do {
      const batch = this.#waiting.splice(0, GATHERED_LINES);
      const bodies = batch.map(({ body }) => body);
      const lost = this.#lost;
      if (lost > 0) bodies.unshift(renderEntry({ event: "audit.lost", lines: lost }, this.#options.clock.now()));
      try {
        await this.#options.sink.append(bodies);
      } catch (error) {
        this.#failed(batch, error);
        return;
      }
      this.#failing = false;
      this.#lost -= lost;
      for (const { body, wanted } of batch) {
        this.#size -= body.length;
        wanted?.resolve();
      }
    } while (this.#waiting.length > 0);
  }

  /** What nobody waited for is kept; what somebody waited for does not happen, and must not be told. */
  #failed(batch: readonly Waiting[], error: unknown): void {
    this.#failing = true;
    const all = [...batch, ...this.#waiting];
    this.#waiting = all.filter(({ wanted }) => wanted === undefined);
    this.#size = this.#waiting.reduce((sum, { body }) => sum + body.length, 0);
    for (const { wanted } of all) wanted?.reject(cannotBeWritten(error));
  }

  #lose(lines: number): void {
    if (lines === 0) return;
    this.#lost += lines;
    this.#options.onLost(lines);
  }
}

function cannotBeWritten(cause?: unknown): UnavailableError {
  return new UnavailableError("the audit log cannot be written, and nothing is issued without it; try again later", {
    cause,
  });
}
