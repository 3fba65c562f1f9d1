/**
 * Slows down guessing: a network that sent too many different wrong credentials is locked for a while. Replicas share
 * the counts through the database, which stores only failures: good credentials cost nothing here.
 *
 * A good access token is still accepted from a locked network, since nobody guesses 178 random bits; so its machines
 * keep working. Passwords are refused there, even the right one: otherwise a successful guess would get through. A
 * username is never locked, because that would let anybody lock its owner out. Guessing from many addresses at once is
 * bounded by the number of passwords that are checked concurrently (fair-queue.ts).
 */
import { createHmac, type KeyObject } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";
import { TooManyFailuresError, UnauthenticatedError } from "../errors.ts";
import { networkOf } from "../http/client-address.ts";

/** More typing errors than a person makes. At one guess a minute, trying 10,000 common passwords takes a week. */
export const MAXIMUM_FAILURES = 10;

/** How long a failure counts, in seconds: short enough for a person to wait. */
export const FAILURE_WINDOW_SECONDS = 600;

/** How many locks, and how many failures, a process remembers, at some 200 bytes each. The database knows the others. */
const MAXIMUM_REMEMBERED = 10_000;

/** The services that the lockout needs. */
export interface LockoutServices {
  readonly database: Database;
  readonly clock: Clock;
  /** A secret that all replicas share and that is not in the database. */
  readonly key: KeyObject;
  readonly onFailure?: (event: "counted" | "locked" | "refused") => void;
}

/** The failures of a network within the window, as a query returns them; `oldest` is in seconds since the epoch. */
export interface FailureState {
  readonly failures: number;
  readonly oldest: number | null;
}

/** Selects a {@link FailureState}: `$1` is the network, `$2` the beginning of the window. */
export const FAILURE_STATE = `
  select count(*)::int as failures, extract(epoch from min(failed_at))::float8 as oldest
  from authentication_failures where network = $1 and failed_at > $2`;

/** Counts a credential once a window. A locked network's count does not grow, so its rows are few and its lock ends. */
const RECORD_FAILURE: PreparedQuery = {
  name: "record_failure",
  text: `
    with state as (${FAILURE_STATE}),
    added as (
      insert into authentication_failures (network, secret_digest, failed_at)
      select $1::text, $3::text, $4::timestamptz from state where failures < ${MAXIMUM_FAILURES}
      on conflict (network, secret_digest) do update set failed_at = excluded.failed_at
        where authentication_failures.failed_at <= $2
      returning 1
    )
    select failures, oldest, exists (select from added) as added from state`,
};

const FORGET_FAILURES: PreparedQuery = {
  name: "forget_failures",
  text: "delete from authentication_failures where failed_at <= $1",
};

/** Counts failed authentications by network, and refuses networks that had too many. */
export class Lockout {
  readonly #services: LockoutServices;
  /**
   * Until when networks are locked, in milliseconds since the epoch. Nothing shortens a lock, so the database need not be
   * asked again.
   */
  readonly #locked = new Map<string, number>();
  /** Until when failures that were counted count, by network and digest; in milliseconds since the epoch. */
  readonly #counted = new Map<string, number>();

  constructor(services: LockoutServices) {
    this.#services = services;
  }

  /** The beginning of the window that ends now. */
  windowStart(): Date {
    return new Date(this.#services.clock.now().getTime() - FAILURE_WINDOW_SECONDS * 1000);
  }

  /**
   * Counts a wrong credential. Repeats count once, since clients try POST and then GET, or several times in parallel.
   *
   * @param credential everything of it that could have been another guess
   * @throws TooManyFailuresError when there were too many failures before
   */
  async recordFailure(address: string, credential: string): Promise<void> {
    const { database, clock, onFailure } = this.#services;
    const network = networkOf(address);
    this.refuseIfKnownLocked(network);
    if (this.hasFailed(network, credential)) return;
    const digest = this.#digest(credential);
    const values = [network, this.windowStart(), digest, clock.now()];
    const [row] = await database.query<FailureState & { added: boolean }>(RECORD_FAILURE, values);
    if (row === undefined) return;
    this.refuseIfLocked(network, row);
    this.#remember(this.#counted, `${network} ${digest}`, clock.now().getTime() / 1000);
    if (!row.added) return;
    const isLast = row.failures + 1 >= MAXIMUM_FAILURES;
    onFailure?.(isLast ? "locked" : "counted");
    if (isLast) this.#remember(this.#locked, network, row.oldest ?? clock.now().getTime() / 1000);
  }

  /**
   * Whether this very credential came from this network within the window, was wrong and was counted here. So it need not be
   * checked again: `credential` must hold all that decides whether it is right.
   */
  hasFailed(network: string, credential: string): boolean {
    const until = this.#counted.get(`${network} ${this.#digest(credential)}`) ?? 0;
    return until > this.#services.clock.now().getTime();
  }

  /**
   * Handles a failed authentication: counts it against the address, and throws the error again. A known access token
   * that is expired or revoked does not count: its holder did not guess it.
   *
   * @param credential everything of it that could have been another guess
   * @throws TooManyFailuresError in place of UnauthenticatedError, when there were too many failures before
   */
  async failed(error: unknown, address: string, credential: string): Promise<never> {
    if (error instanceof UnauthenticatedError) await this.recordFailure(address, credential);
    throw error;
  }

  /** @throws TooManyFailuresError when this state means that the network is locked */
  refuseIfLocked(network: string, { failures, oldest }: FailureState): void {
    if (failures < MAXIMUM_FAILURES || oldest === null) return;
    this.#remember(this.#locked, network, oldest);
    this.refuseIfKnownLocked(network);
  }

  /** @throws TooManyFailuresError when this process knows that the network is locked; spares the database a flood */
  refuseIfKnownLocked(network: string): void {
    const left = (this.#locked.get(network) ?? 0) - this.#services.clock.now().getTime();
    if (left <= 0) {
      this.#locked.delete(network);
      return;
    }
    this.#services.onFailure?.("refused");
    throw new TooManyFailuresError(
      "too many wrong credentials came from your address: wait some minutes, or sign in with an access token",
      left / 1000,
    );
  }

  /** Deletes the failures that no longer count from the database: one process does it for all. */
  async forgetOldFailures(): Promise<void> {
    await this.#services.database.query(FORGET_FAILURES, [this.windowStart()]);
  }

  /** Forgets what this process remembers of failures that no longer count. */
  tidyMemory(): void {
    const now = this.#services.clock.now().getTime();
    for (const [failure, until] of this.#counted) if (until <= now) this.#counted.delete(failure);
  }

  /** Remembers something until the end of the window that began at a moment, in seconds since the epoch. */
  #remember(what: Map<string, number>, name: string, since: number): void {
    if (what.size >= MAXIMUM_REMEMBERED) what.clear();
    what.set(name, (since + FAILURE_WINDOW_SECONDS) * 1000);
  }

  /** A wrong password is often nearly right: with a keyed digest, a dump of the database cannot be searched for guesses. */
  #digest(credential: string): string {
    return createHmac("sha256", this.#services.key).update(credential).digest("hex");
  }
}
