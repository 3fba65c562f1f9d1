/**
 * The authorization epoch: as long as it is the same, so is who may do what. The database's own triggers change it, in
 * the transaction of each such change, so that no code path can forget to. Knows nothing of what is decided under it.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Database, PreparedQuery } from "./database.ts";

/** The name of the notification that each change of the epoch sends. */
const CHANNEL = "authorization_epoch";

const READ_EPOCH: PreparedQuery = {
  name: "read_authorization_epoch",
  text: "select value::text as value from authorization_epoch",
};

/** Tells the present epoch. Two values mean the same rights only if they are equal; they have no order. */
export interface AuthorizationEpoch {
  /**
   * The epoch at some moment after the call: any change that was acknowledged before it, by whatever process, has been
   * taken into account.
   *
   * @throws a connection failure when the database cannot tell
   */
  confirm(): Promise<string>;
}

type EpochDatabase = Pick<Database, "kind" | "query" | "listen" | "requireOpen">;

/** Opens the epoch of a database. @see docs/spec/registry-auth.md "Answers from memory" */
export async function openAuthorizationEpoch(database: EpochDatabase): Promise<AuthorizationEpoch> {
  return database.kind === "embedded" ? await CountedEpoch.of(database) : new SharedEpoch(database);
}

/**
 * PostgreSQL's: a query that all share who ask during one turn of the event loop, or while another such query is under way.
 * Nobody gets what an earlier query saw.
 */
class SharedEpoch implements AuthorizationEpoch {
  readonly #database: EpochDatabase;
  /** What those who ask now will get: its query has not been sent yet. */
  #next: Promise<string> | undefined;
  #underWay: Promise<string> | undefined;

  constructor(database: EpochDatabase) {
    this.#database = database;
  }

  confirm(): Promise<string> {
    this.#next ??= this.#readAfter(this.#underWay);
    return this.#next;
  }

  /** A query that fails also fails those who wait for the next: they have waited as long for a server that does not answer. */
  async #readAfter(earlier: Promise<string> | undefined): Promise<string> {
    try {
      await earlier;
      await nextTurn();
    } finally {
      this.#next = undefined;
    }
    this.#underWay = this.#read();
    return await this.#underWay;
  }

  async #read(): Promise<string> {
    try {
      const [row] = await this.#database.query<{ value: string }>(READ_EPOCH, []);
      if (row === undefined) throw new Error("the table authorization_epoch has lost its row");
      return row.value;
    } finally {
      this.#underWay = undefined;
    }
  }
}

/** The embedded database's: this process alone writes there, and hears of each commit before whoever asked for it does. */
class CountedEpoch implements AuthorizationEpoch {
  readonly #database: EpochDatabase;
  #changes = 0;

  constructor(database: EpochDatabase) {
    this.#database = database;
  }

  static async of(database: EpochDatabase): Promise<CountedEpoch> {
    const epoch = new CountedEpoch(database);
    await database.listen(CHANNEL, () => {
      epoch.#changes += 1;
    });
    return epoch;
  }

  /** By the next turn of the event loop: who came in one turn is answered at once, at nearly twice the rate of one by one. */
  async confirm(): Promise<string> {
    await nextTurn();
    this.#database.requireOpen();
    return String(this.#changes);
  }
}
