/**
 * Slows guessing down: an address from which too many different wrong credentials came may guess no more for a while.
 * Replicas share what they know through the database, which hears of failures only: good credentials cost nothing here.
 *
 * What it refuses is guessing, not people. A good access token is accepted from any address, since nobody guesses 178
 * random bits; so a locked network's machines go on. Passwords are refused there, the right one too: else a guess that
 * hits would get through. A username is never locked, whatever comes from other addresses: that would let anybody lock
 * its owner out. What many addresses guess together is bounded by the passwords that are checked at once (fair-queue.ts).
 */
import { createHmac, hkdfSync, type KeyObject } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";
import { TooManyFailuresError, UnauthenticatedError } from "../errors.ts";
import { networkOf } from "../http/client-address.ts";

/** More than a person mistypes; at two a minute, the 10,000 commonest passwords take a week, against one account. */
export const MAXIMUM_FAILURES = 10;

/** How long a failure counts: short enough to sit out. */
export const FAILURE_WINDOW_SECONDS = 600;

/** How many locked networks a process remembers; some 100 bytes each. What it forgets, the database knows. */
const MAXIMUM_REMEMBERED = 10_000;

/** What locking out works with. */
export interface LockoutServices {
  readonly database: Database;
  readonly clock: Clock;
  /** A private key that replicas share and no dump of the database holds. */
  readonly key: () => KeyObject;
  readonly onFailure?: (event: "counted" | "locked" | "refused") => void;
}

/** The failures of a network within the window, as a query gives them; `oldest` in seconds since the epoch. */
export interface FailureState {
  readonly failures: number;
  readonly oldest: number | null;
}

/** Selects a {@link FailureState}: `$1` is the network, `$2` the beginning of the window. */
export const FAILURE_STATE = `
  select count(*)::int as failures, extract(epoch from min(failed_at))::float8 as oldest
  from authentication_failures where network = $1 and failed_at > $2`;

/** Counts a secret once a window; a locked network's count stands still, so that its rows are few and its lock ends. */
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

/** Counts failures and refuses those who had too many. */
export class Lockout {
  readonly #services: LockoutServices;
  /**
   * Until when networks are locked, in milliseconds since the epoch. Nothing shortens a lock, so the database need not be
   * asked again.
   */
  readonly #locked = new Map<string, number>();

  constructor(services: LockoutServices) {
    this.#services = services;
  }

  /** The beginning of the window, now. */
  windowStart(): Date {
    return new Date(this.#services.clock.now().getTime() - FAILURE_WINDOW_SECONDS * 1000);
  }

  /**
   * Counts a wrong credential; the same again counts once, as when a client tries POST and then GET, or in parallel.
   *
   * @param credential everything of it that could have been another guess
   * @throws TooManyFailuresError when there were too many before it
   */
  async recordFailure(address: string, credential: string): Promise<void> {
    const { database, clock, onFailure } = this.#services;
    const network = networkOf(address);
    this.refuseIfKnownLocked(network);
    const values = [network, this.windowStart(), this.#digest(credential), clock.now()];
    const [row] = await database.query<FailureState & { added: boolean }>(RECORD_FAILURE, values);
    if (row === undefined) return;
    this.refuseIfLocked(network, row);
    if (!row.added) return;
    const isLast = row.failures + 1 >= MAXIMUM_FAILURES;
    onFailure?.(isLast ? "locked" : "counted");
    if (isLast) this.#remember(network, row.oldest ?? clock.now().getTime() / 1000);
  }

  /**
   * What follows when an authentication failed: counts it against the address, and passes the error on. A known access
   * token that is dead does not count: its bearer did not guess it.
   *
   * @param credential everything of it that could have been another guess
   * @throws TooManyFailuresError in place of UnauthenticatedError, when there were too many failures before
   */
  async failed(error: unknown, address: string, credential: string): Promise<never> {
    if (error instanceof UnauthenticatedError) await this.recordFailure(address, credential);
    throw error;
  }

  /** @throws TooManyFailuresError when the network is in this state, and so may guess no more for now */
  refuseIfLocked(network: string, { failures, oldest }: FailureState): void {
    if (failures < MAXIMUM_FAILURES || oldest === null) return;
    this.#remember(network, oldest);
    this.refuseIfKnownLocked(network);
  }

  /** @throws TooManyFailuresError when this process knows the network for locked: that spares the database a flood */
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

  /** Deletes the failures that no longer count. */
  async forgetOldFailures(): Promise<void> {
    await this.#services.database.query(FORGET_FAILURES, [this.windowStart()]);
  }

  #remember(network: string, oldest: number): void {
    if (this.#locked.size >= MAXIMUM_REMEMBERED) this.#locked.clear();
    this.#locked.set(network, (oldest + FAILURE_WINDOW_SECONDS) * 1000);
  }

  /** A wrong password is often nearly right: with a keyed digest, a dump of the database cannot be searched for guesses. */
  #digest(credential: string): string {
    const privateKey = this.#services.key().export({ type: "pkcs8", format: "der" });
    const key = Buffer.from(hkdfSync("sha256", privateKey, "", "keyside authentication failures", 32));
    return createHmac("sha256", key).update(credential).digest("hex");
  }
}
