/** How many git processes run at once: in all, and for one caller. Who comes later waits, and not for long. */
import { UnavailableError } from "../errors.ts";
import { networkOf } from "../http/client-address.ts";
import type { Principal } from "../principals/principal.ts";

/** How long somebody waits for a turn. */
export const TURN_WAIT_MS = 15_000;

/** How many may wait behind those of one caller that run. */
const MAXIMUM_WAITING = 50;

/** How many run at once. */
export interface TurnLimits {
  readonly inAll: number;
  readonly perCaller: number;
}

/** How many turns a caller has, and how many they wait for. */
interface Caller {
  running: number;
  waiting: number;
}

/** Somebody who waits. */
interface Waiter {
  readonly caller: Caller;
  readonly give: () => void;
}

/** Gives turns in the order of asking; a caller's own do not hold up those of others. */
export class GitTurns {
  readonly #limits: TurnLimits;
  readonly #waitMs: number;
  /** Those who have a turn, or wait for one. */
  readonly #callers = new Map<string, Caller>();
  readonly #waiters = new Set<Waiter>();
  #running = 0;

  constructor(limits: TurnLimits, waitMs = TURN_WAIT_MS) {
    this.#limits = limits;
    this.#waitMs = waitMs;
  }

  /** How many run now. */
  get running(): number {
    return this.#running;
  }

  /**
   * Waits for a turn; whoever has it calls what it resolves to when they are done.
   *
   * @param name whose turns these are: an access token's, or a network's
   * @param signal aborts the wait
   * @throws UnavailableError when too many wait, or it took too long
   * @throws the signal's reason
   */
  async take(name: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const caller = this.#callers.get(name) ?? { running: 0, waiting: 0 };
    this.#callers.set(name, caller);
    if (!this.#hasTurnFor(caller)) await this.#wait(caller, signal).finally(() => this.#forgetIdle(name, caller));
    else this.#begin(caller);
    let isDone = false;
    return () => {
      if (isDone) return;
      isDone = true;
      caller.running -= 1;
      this.#running -= 1;
      this.#forgetIdle(name, caller);
      this.#giveTurns();
    };
  }

  #hasTurnFor(caller: Caller): boolean {
    return this.#running < this.#limits.inAll && caller.running < this.#limits.perCaller;
  }

  #begin(caller: Caller): void {
    caller.running += 1;
    this.#running += 1;
  }

  async #wait(caller: Caller, signal: AbortSignal): Promise<void> {
    if (caller.waiting >= MAXIMUM_WAITING) throw tooMany();
    const turn = Promise.withResolvers<void>();
    const waiter: Waiter = { caller, give: turn.resolve };
    const leave = (reason: unknown) => {
      if (this.#waiters.delete(waiter)) turn.reject(reason);
    };
    const onAbort = () => leave(signal.reason);
    const limit = setTimeout(() => leave(tooMany()), this.#waitMs);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#waiters.add(waiter);
    caller.waiting += 1;
    try {
      await turn.promise;
    } finally {
      caller.waiting -= 1;
      clearTimeout(limit);
      signal.removeEventListener("abort", onAbort);
    }
  }

  #giveTurns(): void {
    for (const waiter of this.#waiters) {
      if (!this.#hasTurnFor(waiter.caller)) continue;
      this.#waiters.delete(waiter);
      this.#begin(waiter.caller);
      waiter.give();
    }
  }

  #forgetIdle(name: string, caller: Caller): void {
    if (caller.running + caller.waiting === 0) this.#callers.delete(name);
  }
}

/** Whose turns these are: whoever comes without an access token counts by where they come from. */
export function callerOf(principal: Principal, address: string): string {
  const tokenId = principal.kind === "anonymous" ? null : principal.tokenId;
  return tokenId === null ? `network ${networkOf(address)}` : `token ${tokenId}`;
}

function tooMany(): UnavailableError {
  return new UnavailableError("Too many Git operations are under way; try again shortly");
}
