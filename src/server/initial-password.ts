/**
 * The file with the password that the first start made up: it goes at the first sign-in of the first administrator, on
 * whichever replica, or after a day.
 */
import { access, rm } from "node:fs/promises";
import { type Clock, DAY_MS } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";

const WRITE_FIRST_SIGN_IN: PreparedQuery = {
  name: "write_first_sign_in",
  text: "update first_administrator set signed_in_at = $2 where user_id = any($1::int[]) and signed_in_at is null",
};

const FIND_FIRST_SIGN_IN: PreparedQuery = {
  name: "find_first_sign_in",
  text: "select created_at::text as created_at, signed_in_at is not null as signed_in from first_administrator",
};

/** Watches over the file with the initial password. @see docs/spec/access-tokens.md "Administrators and owners cannot vanish" */
export class InitialPassword {
  readonly #file: string;
  readonly #database: Database;
  readonly #clock: Clock;
  /** Administrators who gave their password since the last writing, by id. */
  #signedIn = new Set<number>();

  constructor(file: string, database: Database, clock: Clock) {
    this.#file = file;
    this.#database = database;
    this.#clock = clock;
  }

  /** Notes that an administrator gave their password, without using the database. */
  used(userId: number): void {
    this.#signedIn.add(userId);
  }

  /** The chore: writes the first sign-in, and removes the file where it is no longer wanted. */
  async tidy(): Promise<void> {
    if (this.#signedIn.size > 0) {
      const noted = [...this.#signedIn];
      await this.#database.query(WRITE_FIRST_SIGN_IN, [noted, this.#clock.now()]);
      for (const userId of noted) this.#signedIn.delete(userId);
    }
    if (!(await isThere(this.#file))) return;
    const [first] = await this.#database.query<{ created_at: string; signed_in: boolean }>(FIND_FIRST_SIGN_IN, []);
    if (first === undefined) return;
    const ageMs = this.#clock.now().getTime() - new Date(first.created_at).getTime();
    if (first.signed_in || ageMs >= DAY_MS) await rm(this.#file, { force: true });
  }
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
