/** The queue of password checks, with checks that a test ends itself, in the order in which they were started. */
import { FairQueue, type FairQueueLimits } from "../../src/authentication/fair-queue.ts";

export class HeldChecks {
  readonly #queue: FairQueue;
  /** The narrowest lines of all that came, in their order: the networks of those who asked. */
  readonly arrived: string[] = [];
  /** The same of the checks that were started, in their order. */
  readonly started: string[] = [];
  /** How many are in the queue: waiting, or being checked. */
  present = 0;
  readonly #ends: (() => void)[] = [];
  readonly #changes: (() => void)[] = [];

  constructor(limits: FairQueueLimits) {
    this.#queue = new FairQueue(limits);
  }

  /** Takes the place of the queue's own. */
  async run<Result>(path: readonly string[], work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    const network = path.at(-1) ?? "";
    const held = async () => {
      this.started.push(network);
      await new Promise<void>((resolve) => this.#ends.push(resolve));
      return await work();
    };
    const result = this.#queue.run(path, held, signal);
    this.arrived.push(network);
    this.#change(1);
    return await result.finally(() => this.#change(-1));
  }

  close(): void {
    this.#queue.close();
  }

  /** Waits until something holds that changes when somebody comes or goes. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#changes.push(resolve));
  }

  /** Lets the check that was started first go on; waits for its end. */
  async endOne(): Promise<void> {
    const before = this.present;
    this.#ends.shift()?.();
    await this.until(() => this.present < before);
  }

  /** Refuses those who wait, and ends the checks that were started. */
  async endAll(): Promise<void> {
    this.close();
    while (this.present > 0) await this.endOne();
  }

  #change(by: number): void {
    this.present += by;
    for (const tell of this.#changes.splice(0)) tell();
  }
}
