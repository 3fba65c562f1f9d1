/**
 * Bounds work that is costly to do but cheap to request, and shares capacity fairly: a key with many requests delays
 * only its own, not those of other keys. Keeps nothing once the work is done.
 */
import { TooManyFailuresError, UnavailableError } from "../errors.ts";

/** How much work runs at once, and how much may wait. */
export interface FairQueueLimits {
  readonly atOnce: number;
  readonly waitingPerKey: number;
  readonly waiting: number;
}

/** Runs a few pieces of work at a time, taking turns between the keys that ask for them. */
export class FairQueue {
  readonly #limits: FairQueueLimits;
  /** Waiting work by key, in the order of turns: a key that was served goes to the end. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #running = 0;
  #length = 0;
  #closed = false;

  constructor(limits: FairQueueLimits) {
    this.#limits = limits;
  }

  /**
   * Runs `work` when it is the key's turn, and returns its result.
   *
   * @throws TooManyFailuresError when too much work of this key is waiting already
   * @throws UnavailableError when too much work of all keys together is waiting, or the queue was closed
   */
  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#limits.atOnce) await this.#wait(key);
    else this.#running += 1;
    try {
      if (this.#closed) throw new UnavailableError("the service is stopping; try again shortly");
      return await work();
    } finally {
      this.#passOn();
    }
  }

  /** Lets nothing more begin: what is running goes on to its end, and what waits is refused as soon as a piece of it ends. */
  close(): void {
    this.#closed = true;
  }

  #wait(key: string): Promise<void> {
    const own = this.#waiting.get(key) ?? [];
    if (own.length >= this.#limits.waitingPerKey) {
      throw new TooManyFailuresError("too many passwords are being checked for your address; try again shortly", 1);
    }
    if (this.#length >= this.#limits.waiting) {
      throw new UnavailableError("too many passwords are being checked; try again shortly, or use an access token");
    }
    this.#length += 1;
    this.#waiting.set(key, own);
    return new Promise((start) => own.push(start));
  }

  /** Passes the place that became free to the first piece of the next key, if any waits. */
  #passOn(): void {
    const [turn] = this.#waiting;
    if (turn === undefined) {
      this.#running -= 1;
      return;
    }
    const [key, own] = turn;
    const start = own.shift();
    this.#length -= 1;
    this.#waiting.delete(key);
    if (own.length > 0) this.#waiting.set(key, own);
    start?.();
  }
}
