/** A clock that stands still until a test moves it. */
import type { Clock } from "../../src/clock.ts";

/** A stretch of time; what is left out counts as nothing. */
export interface Duration {
  readonly seconds?: number;
  readonly minutes?: number;
  readonly hours?: number;
  readonly days?: number;
}

/** A {@link Clock} that a test sets and advances. */
export class FakeClock implements Clock {
  #moment: number;

  constructor(start: Date = new Date("2026-11-02T12:00:00Z")) {
    this.#moment = start.getTime();
  }

  now(): Date {
    return new Date(this.#moment);
  }

  set(moment: Date): void {
    this.#moment = moment.getTime();
  }

  advance({ seconds = 0, minutes = 0, hours = 0, days = 0 }: Duration): void {
    this.#moment += (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  }
}
