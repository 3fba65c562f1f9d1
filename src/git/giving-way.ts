/**
 * Lets what carries many bytes give way to everything else that the process does: clones may take all of a core, and those who
 * ask for a token would wait for them.
 */
import { performance } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";

/** How often it is looked how busy the process is, and for how long is waited where it is. */
const PERIOD_MS = 10;

/** Of the time of the one thread that answers requests. */
const BUSY = 0.5;

/** What all that carry bytes in a process share. */
export class GivingWay {
  #last = performance.eventLoopUtilization();
  #lastAt = performance.now();
  #isBusy = false;

  /** Resolves at once where the process has time, and a moment later where it is busy. */
  async giveWay(): Promise<void> {
    const now = performance.now();
    if (now - this.#lastAt >= PERIOD_MS) {
      const current = performance.eventLoopUtilization();
      this.#isBusy = performance.eventLoopUtilization(current, this.#last).utilization > BUSY;
      this.#last = current;
      this.#lastAt = now;
    }
    if (this.#isBusy) await wait(PERIOD_MS);
  }
}
