/**
 * The database: PostgreSQL by URL, or the embedded PGlite in a directory. Owns the connection, the migrations at start,
 * and the two ways to query: the ORM, and prepared queries for the hot path.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { Pool } from "pg";
import { ConfigurationError, ConflictError } from "../errors.ts";
import { type AfterCommit, collectAfterCommit } from "./after-commit.ts";
import {
  closeOrm,
  type EmbeddedLocation,
  type Entities,
  type Orm,
  openPglite,
  openPostgres,
  refuseClosed,
} from "./connect.ts";
import { isCollision, isDiskFull, refersToDeleted } from "./database-errors.ts";
import { guardDirectory, type PathGuard } from "./directory-guard.ts";

/** A query of the hot path: `name` identifies the prepared statement, `text` uses `$1, $2, ...`. */
export interface PreparedQuery {
  readonly name: string;
  readonly text: string;
}

/** Where the data is: on a PostgreSQL server, or embedded. */
export type DatabaseLocation = { readonly url: string } | EmbeddedLocation;

const TRANSACTION_ATTEMPTS = 5;

/** The key of the advisory lock held while preparing the database. Any number that all processes share. */
const PREPARATION_LOCK = 6_573_642_105;

/** Needs room on the disk, and gives it back at the end of its transaction. */
const ROOM_PROBE = "create temporary table room_probe on commit drop as select 'room'";

/** How a database is opened. */
export interface DatabaseOptions {
  /** How long a PostgreSQL server may take over a connection or a query, in milliseconds. */
  readonly timeoutMs: number;
  /** Told once when a write fails since the disk is full (true), and once when there is room again (false). */
  readonly onDiskFull?: (isFull: boolean) => void;
}

/** An open database. */
export class Database {
  readonly #orm: Orm;
  readonly #guard: PathGuard | undefined;
  readonly kind: "postgresql" | "embedded";
  readonly #openPatient: (() => Promise<Orm>) | undefined;
  readonly #onDiskFull: ((isFull: boolean) => void) | undefined;
  #embedded: PGlite | undefined;
  #closed = false;
  #diskIsFull = false;

  private constructor(
    orm: Orm,
    { onDiskFull }: DatabaseOptions,
    { guard, openPatient }: { guard?: PathGuard; openPatient?: () => Promise<Orm> },
  ) {
    this.#orm = orm;
    this.#onDiskFull = onDiskFull;
    this.#guard = guard;
    this.#openPatient = openPatient;
    this.kind = openPatient === undefined ? "embedded" : "postgresql";
  }

  /**
   * Connects, without changing anything.
   *
   * @throws ConfigurationError when the server cannot be reached, or another process uses the directory
   */
  static async open(location: DatabaseLocation, entities: Entities, options: DatabaseOptions): Promise<Database> {
    const { timeoutMs } = options;
    if ("url" in location) {
      const open = (queryMs?: number) => openPostgres(location.url, entities, { connectionMs: timeoutMs, queryMs });
      return new Database(await open(timeoutMs), options, { openPatient: open });
    }
    if ("memory" in location) return new Database(await openPglite(location, entities), options, {});
    const directory = join(location.directory, "database");
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const guard = await guardDirectory(directory);
    try {
      return new Database(await openPglite({ directory }, entities), options, { guard });
    } catch (error) {
      await guard.release();
      throw new ConfigurationError(`the embedded database in ${directory} cannot be opened`, {
        detail: String(error),
        cause: error,
      });
    }
  }

  /** A fresh entity manager, for one request or one use case. */
  em(): SqlEntityManager {
    return this.#openOrm().em.fork() as SqlEntityManager;
  }

  /** What every way in goes through: a transaction begun on an embedded database that is being closed never ends. */
  #openOrm(): Orm {
    if (this.#closed) refuseClosed();
    return this.#orm;
  }

  /**
   * Runs `work` in one transaction on an entity manager of its own; a throw rolls all of it back. After a collision
   * with another transaction, `work` runs again, so it must have no effects outside this database, but for those of
   * `afterCommit`.
   *
   * @throws ConflictError when a row that `work` refers to was deleted meanwhile
   */
  transaction<Result>(work: (em: SqlEntityManager) => Promise<Result>): Promise<Result> {
    return this.#noteFullDisk(() => this.#runTransaction(() => this.em(), work));
  }

  /** Runs a prepared query outside of any transaction: one round trip, no ORM. Never call it inside a transaction. */
  async query<Row>({ name, text }: PreparedQuery, values: unknown[]): Promise<Row[]> {
    const client: Pool | PGlite = await this.#openOrm().em.getConnection().getNativeClient();
    return await this.#noteFullDisk(async () => {
      if (this.#isEmbedded(client)) return (await client.query<Row & { [column: string]: unknown }>(text, values)).rows;
      return (await client.query({ name, text, values })).rows as Row[];
    });
  }

  /**
   * Calls `heard` at each commit on the embedded database that notifies `channel`, before the commit is acknowledged.
   *
   * @throws Error on a PostgreSQL server, where a notification comes some time later
   */
  async listen(channel: string, heard: () => void): Promise<void> {
    const client: Pool | PGlite = await this.#openOrm().em.getConnection().getNativeClient();
    if (!this.#isEmbedded(client)) throw new Error("only the embedded database tells of a commit in time");
    await client.listen(channel, heard);
    this.#embedded = client;
  }

  /** @throws a connection failure when an embedded database that somebody listens to was closed */
  requireOpen(): void {
    if (this.#closed || this.#embedded?.closed === true) refuseClosed();
  }

  /** Whether a write failed since the disk is full, and there has been no room since. */
  get diskIsFull(): boolean {
    return this.#diskIsFull;
  }

  /** Sees whether a disk that was full has room again; asks nothing of one that was not. */
  async checkDisk(): Promise<void> {
    if (!this.#diskIsFull) return;
    await this.transaction((em) => em.execute(ROOM_PROBE));
    this.#diskIsFull = false;
    this.#onDiskFull?.(false);
  }

  async #noteFullDisk<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (isDiskFull(error) && !this.#diskIsFull) {
        this.#diskIsFull = true;
        this.#onDiskFull?.(true);
      }
      throw error;
    }
  }

  /** Not by `instanceof`, which would load PGlite on PostgreSQL too. */
  #isEmbedded(_client: Pool | PGlite): _client is PGlite {
    return this.kind === "embedded";
  }

  /** The numbers of open connections, idle connections and queries waiting for one; all 0 when embedded. */
  async poolState(): Promise<{ readonly total: number; readonly idle: number; readonly waiting: number }> {
    const client: Pool | PGlite = await this.#openOrm().em.getConnection().getNativeClient();
    if (this.#isEmbedded(client)) return { total: 0, idle: 0, waiting: 0 };
    return { total: client.totalCount, idle: client.idleCount, waiting: client.waitingCount };
  }

  /**
   * Brings the schema up to date, then runs `seed` in a transaction and answers what it does. Processes that start
   * together do this one at a time, each with all the time that it takes.
   */
  async prepare<Result>(seed: (em: SqlEntityManager) => Promise<Result>): Promise<Result> {
    if (this.#openPatient === undefined) {
      // There is only one process, and a migration inside a transaction on PGlite's only connection would hang.
      await this.#openOrm().migrator.up();
      return await this.transaction(seed);
    }
    if (this.#closed) refuseClosed();
    const orm = await this.#openPatient();
    try {
      return await this.#runTransaction(
        () => orm.em.fork() as SqlEntityManager,
        async (em) => {
          await em.execute("select pg_advisory_xact_lock(?)", [PREPARATION_LOCK]);
          const transaction = em.getTransactionContext();
          await orm.migrator.up(transaction === undefined ? {} : { transaction });
          return await seed(em);
        },
      );
    } finally {
      await closeOrm(orm);
    }
  }

  /** Closes every connection for good, then releases the directory. What is asked of it afterwards fails. */
  async close(): Promise<void> {
    this.#closed = true;
    await closeOrm(this.#orm);
    await this.#guard?.release();
  }

  async #runTransaction<Result>(
    fork: () => SqlEntityManager,
    work: (em: SqlEntityManager) => Promise<Result>,
  ): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      let effects: readonly AfterCommit[] = [];
      try {
        const result = await fork().transactional((em) => {
          effects = collectAfterCommit(em as SqlEntityManager);
          return work(em as SqlEntityManager);
        });
        for (const effect of effects) effect(this);
        return result;
      } catch (error) {
        if (refersToDeleted(error)) {
          throw new ConflictError("what the request refers to was deleted meanwhile", { cause: error });
        }
        if (!isCollision(error) || attempt === TRANSACTION_ATTEMPTS) throw error;
      }
    }
  }
}
