/**
 * Opens the ORM on PostgreSQL or on the embedded PGlite, with the same entities and migrations. Each driver is loaded only
 * where it is used: together they would cost memory and a part of the start.
 */
import type { AnyEntity, EntityClass, MikroORM } from "@mikro-orm/core";
import { Migrator } from "@mikro-orm/migrations";
import type { PgliteDriver } from "@mikro-orm/pglite";
import type { PostgreSqlDriver } from "@mikro-orm/postgresql";
import { parse } from "pg-connection-string";
import { ConfigurationError } from "../errors.ts";
import { isConnectionFailure } from "./database-errors.ts";
import { MIGRATIONS } from "./migrations/list.ts";
import { reclaimEndedConnections } from "./reclaim-connections.ts";

/** The classes of all entities. */
export type Entities = EntityClass<AnyEntity>[];

/** The ORM, on either driver. */
export type Orm = MikroORM<PostgreSqlDriver> | MikroORM<PgliteDriver>;

/** The type of count(*). The PostgreSQL driver returns it as a string, so PGlite is told to do the same. */
const INT8_OID = 20;

function commonOptions(entities: Entities) {
  return {
    entities,
    extensions: [Migrator],
    migrations: { migrationsList: [...MIGRATIONS], snapshot: false, tableName: "migrations" },
    // A failed query is logged by the error handler, not printed on standard output.
    logger: () => undefined,
  };
}

/** How long to wait for a PostgreSQL server, in milliseconds. */
export interface Patience {
  /** For a connection: a new one, or one of the pool's. */
  readonly connectionMs: number;
  /** For a query, and between two queries of a transaction; undefined: as long as it takes. */
  readonly queryMs: number | undefined;
}

/** How much later than the server itself we end a query: only a server that is out of reach lets that happen. */
const GRACE_MS = 1_000;

/**
 * The server itself ends a query that takes too long, and a transaction whose next query does not come, so that neither
 * goes on, with its locks, when nobody waits for it any more.
 */
async function queryLimits({ queryMs }: Patience) {
  if (queryMs === undefined) return {};
  const { impatientClient } = await import("./impatient-client.ts");
  return {
    Client: impatientClient(queryMs + GRACE_MS),
    statement_timeout: queryMs,
    idle_in_transaction_session_timeout: queryMs,
  };
}

/**
 * Connects to a PostgreSQL server.
 *
 * @throws ConfigurationError when it cannot be reached or refuses the connection
 */
export async function openPostgres(url: string, entities: Entities, patience: Patience): Promise<Orm> {
  // MikroORM's clientUrl drops query parameters: `?sslmode=require` would connect in plain text.
  const { database } = parse(url);
  const { MikroORM, PostgreSqlDriver } = await import("@mikro-orm/postgresql");
  const limits = await queryLimits(patience);
  const orm = await MikroORM.init<PostgreSqlDriver>({
    ...commonOptions(entities),
    driver: PostgreSqlDriver,
    dbName: database || "keyside",
    pool: { min: 0, max: 10 },
    // A function, since MikroORM clones plain options.
    driverOptions: () => ({
      connectionString: url,
      application_name: "keyside",
      connectionTimeoutMillis: patience.connectionMs,
      onPoolCreated: reclaimEndedConnections,
      ...limits,
    }),
  });
  try {
    await orm.em.fork().execute("select 1");
  } catch (error) {
    await closeOrm(orm);
    const { hostname, port } = new URL(url);
    const where = `${hostname || "localhost"}:${port || 5432}`;
    const why = isConnectionFailure(error) ? "it cannot be reached" : "it refuses the connection";
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new ConfigurationError(`DATABASE_URL: ${why}: PostgreSQL at ${where}: ${reason}`, { cause: error });
  }
  return orm;
}

/** Where the embedded database keeps its data: a directory, or memory, optionally loaded from a dump. */
export type EmbeddedLocation = { readonly directory: string } | { readonly memory: { readonly loadDataDir?: Blob } };

/**
 * How much of its files the embedded database keeps in memory, all of it taken at the start. What is not there is read
 * through the operating system's own cache, so little is lost next to PostgreSQL's default of 128 MB.
 */
const SHARED_BUFFERS = "16MB";

/** Opens the embedded database. */
export async function openPglite(where: EmbeddedLocation, entities: Entities): Promise<Orm> {
  const [{ PGlite }, { MikroORM, PgliteDriver }] = await Promise.all([
    import("@electric-sql/pglite"),
    import("@mikro-orm/pglite"),
  ]);
  const orm = await MikroORM.init<PgliteDriver>({
    ...commonOptions(entities),
    driver: PgliteDriver,
    dbName: "directory" in where ? where.directory : "memory://",
    // A function, since MikroORM clones plain options, and a cloned Blob is no longer a Blob.
    driverOptions: () => ({
      parsers: { [INT8_OID]: (value: string) => value },
      startParams: [...PGlite.defaultStartParams, "-c", `shared_buffers=${SHARED_BUFFERS}`],
      ...("memory" in where ? where.memory : {}),
    }),
  });
  await orm.em.fork().execute("select 1");
  return orm;
}

/** @throws Error that isConnectionFailure knows */
export function refuseClosed(): never {
  throw new Error("the database is closed");
}

/**
 * Closes for good. MikroORM opens a closed connection again when it is asked for anything; here that fails, since an
 * embedded database that came back would be without the guard of its directory.
 */
export async function closeOrm(orm: Orm): Promise<void> {
  const config: { set(key: "driverOptions", value: () => never): void } = orm.config;
  config.set("driverOptions", refuseClosed);
  await orm.close(true);
}
