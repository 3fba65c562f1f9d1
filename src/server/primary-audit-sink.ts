/** The audit log of a worker: the primary writes the lines of all. */
import type { AuditSink } from "../audit/audit-log.ts";
import type { FromWorker } from "./worker-messages.ts";

/** Hands lines to the primary, and waits for its word that they are written. */
export class PrimaryAuditSink implements AuditSink {
  readonly #say: (message: FromWorker) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>();
  #lastBatch = 0;

  constructor(say: (message: FromWorker) => void) {
    this.#say = say;
  }

  append(bodies: readonly string[]): Promise<void> {
    this.#lastBatch += 1;
    const answered = Promise.withResolvers<void>();
    this.#waiting.set(this.#lastBatch, answered);
    this.#say({ kind: "audit", batch: this.#lastBatch, bodies });
    return answered.promise;
  }

  /** Takes the primary's word on a batch; `failure` is why it could not be written. */
  answered(batch: number, failure: string | undefined): void {
    const waiting = this.#waiting.get(batch);
    this.#waiting.delete(batch);
    if (failure === undefined) waiting?.resolve();
    else waiting?.reject(new Error(failure));
  }

  /** The primary does it. */
  reopen(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
