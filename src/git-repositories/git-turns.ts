/** How many git processes run at once: in all, and for one caller. Who comes later waits, and not for long. */
import pLimit, { type LimitFunction } from "p-limit";
import { UnavailableError } from "../errors.ts";

/** How long somebody waits for a turn. */
export const TURN_WAIT_MS = 15_000;

/** How many may wait behind those of one caller that run. */
const MAXIMUM_WAITING = 50;

/** How many run at once. */
export interface TurnLimits {
  readonly inAll: number;
  readonly perCaller: number;
}

/** A caller's own turns, and how many of them are asked for or taken. */
interface Caller {
  readonly turns: LimitFunction;
  asked: number;
}

/** Gives turns in the order of asking; a caller's own do not hold up those of others. */
export class GitTurns {
  readonly #all: LimitFunction;
  readonly #perCaller: number;
  /** The callers who have a turn, or wait for one. */
  readonly #callers = new Map<string, Caller>();
  readonly #waitMs: number;

  constructor({ inAll, perCaller }: TurnLimits, waitMs = TURN_WAIT_MS) {
    this.#all = pLimit(inAll);
    this.#perCaller = perCaller;
    this.#waitMs = waitMs;
  }

  /** How many run now. */
  get running(): number {
    return this.#all.activeCount;
  }

  /**
   * Waits for a turn; whoever has it calls what it resolves to when they are done.
   *
   * @param caller whose turns these are: an access token's, or a network's
   * @param signal aborts the wait
   * @throws UnavailableError when too many wait, or it took too long
   * @throws the signal's reason
   */
  async take(caller: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const own = this.#callers.get(caller) ?? { turns: pLimit(this.#perCaller), asked: 0 };
    if (own.turns.pendingCount >= MAXIMUM_WAITING) throw tooMany();
    own.asked += 1;
    this.#callers.set(caller, own);
    const turn = Promise.withResolvers<() => void>();
    let isWanted = true;
    const give = () => {
      if (!isWanted) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      turn.resolve(resolve);
      return promise;
    };
    void own
      .turns(() => this.#all(give))
      .finally(() => {
        own.asked -= 1;
        if (own.asked === 0) this.#callers.delete(caller);
      });
    const leave = (reason: unknown) => {
      isWanted = false;
      turn.reject(reason);
    };
    const onAbort = () => leave(signal.reason);
    const limit = setTimeout(() => leave(tooMany()), this.#waitMs);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await turn.promise;
    } finally {
      clearTimeout(limit);
      signal.removeEventListener("abort", onAbort);
    }
  }
}

function tooMany(): UnavailableError {
  return new UnavailableError("Too many Git operations are under way; try again shortly");
}
