/**
 * Bounds work that is costly to do but cheap to request, and shares capacity fairly: a line with many requests delays
 * only its own, not those of other lines, and makes room for others when all is full. Keeps nothing once the work is done.
 */
import { TooManyFailuresError, UnavailableError } from "../errors.ts";
import { type Waiter, WaitingLine } from "./waiting-line.ts";

/** How much work runs at once, and how much may wait. */
export interface FairQueueLimits {
  readonly atOnce: number;
  /** In one line, the narrowest of a path. */
  readonly waitingPerLine: number;
  /** In all lines together. */
  readonly waiting: number;
}

/** Runs a few pieces of work at a time, taking turns between the lines in which they wait. */
export class FairQueue {
  readonly #limits: FairQueueLimits;
  readonly #waiting = new WaitingLine();
  #running = 0;
  #closed = false;

  constructor(limits: FairQueueLimits) {
    this.#limits = limits;
  }

  /**
   * Runs `work` when it is its line's turn, and returns its result.
   *
   * @param path the names of the line and of the lines within it, from the widest: as `["2001:db8:1::/48", "2001:db8:1:2::/64"]`
   * @param signal when it aborts, work that has not started never will
   * @throws the signal's reason, when it aborted before the work started
   * @throws TooManyFailuresError when too much work of this line is waiting already
   * @throws UnavailableError when too much work of all lines together is waiting, or the queue was closed
   */
  async run<Result>(path: readonly string[], work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    signal.throwIfAborted();
    if (this.#closed) throw stopping();
    if (this.#running >= this.#limits.atOnce) await this.#wait(path, signal);
    else this.#running += 1;
    try {
      return await work();
    } finally {
      this.#passOn();
    }
  }

  /** Refuses all that waits, and all that comes; what is running goes on to its end. */
  close(): void {
    this.#closed = true;
    for (let waiter = this.#waiting.takeNext(); waiter !== undefined; waiter = this.#waiting.takeNext()) {
      waiter.refuse(stopping());
    }
  }

  #wait(path: readonly string[], signal: AbortSignal): Promise<void> {
    if (this.#waiting.lengthOf(path) >= this.#limits.waitingPerLine) {
      throw new TooManyFailuresError("too many passwords are being checked for your address; try again shortly", 1);
    }
    if (this.#waiting.length >= this.#limits.waiting) this.#makeRoomFor(path);
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.remove(waiter);
        reject(signal.reason);
      };
      const stay = () => signal.removeEventListener("abort", leave);
      const waiter: Waiter = {
        path,
        start() {
          stay();
          resolve();
        },
        refuse(error) {
          stay();
          reject(error);
        },
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.add(waiter);
    });
  }

  #makeRoomFor(path: readonly string[]): void {
    const displaced = this.#waiting.displacedBy(path);
    if (displaced === undefined) throw full();
    this.#waiting.remove(displaced);
    displaced.refuse(full());
  }

  /** Passes the place that became free to the next that waits, if any does. */
  #passOn(): void {
    const next = this.#waiting.takeNext();
    if (next === undefined) this.#running -= 1;
    else next.start();
  }
}

function full(): UnavailableError {
  return new UnavailableError("too many passwords are being checked; try again shortly, or use an access token");
}

function stopping(): UnavailableError {
  return new UnavailableError("the service is stopping; try again shortly");
}
