/**
 * A database of its own for each test service. Which kind is the run's to say: the `integration` project runs on the
 * embedded one, `integration-postgresql` runs the same tests on a PostgreSQL server that the run provides, and
 * `integration-once` runs tests that one database is enough for.
 */
import { openAsBlob } from "node:fs";
import pg from "pg";
import { inject } from "vitest";
import type { DatabaseLocation } from "../../src/database/database.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The URL of a server where databases may be created; undefined for the embedded one. */
    postgresUrl: string | undefined;
    /** Why there is no such server, where the run is about one. */
    postgresMissing: string | undefined;
    /** The name of the prepared database on that server, which others are copied from. */
    postgresTemplate: string | undefined;
    /** Files with the dumps of embedded clusters to start from: one without our schema, one prepared. */
    embeddedDumps: { readonly empty: string; readonly prepared: string } | undefined;
    /** A directory with a CA and a leaf to copy. */
    certs: string | undefined;
  }
}

/** A database that is a test's alone. */
export interface TestDatabase {
  readonly location: DatabaseLocation;
  remove(): Promise<void>;
}

/** Whether this run's databases are on a PostgreSQL server. */
export function isOnServer(): boolean {
  return inject("postgresUrl") !== undefined;
}

let count = 0;

/**
 * Makes a database of the kind that this run is about: as a first start leaves it, but for the operator's token; or empty,
 * where a test is about that start.
 */
export async function createTestDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const server = inject("postgresUrl");
  return server === undefined ? await createEmbedded(empty) : await createOnServer(server, empty);
}

async function createEmbedded(empty: boolean): Promise<TestDatabase> {
  const dump = inject("embeddedDumps")?.[empty ? "empty" : "prepared"];
  const memory = dump === undefined ? {} : { loadDataDir: await openAsBlob(dump) };
  return { location: { memory }, remove: () => Promise.resolve() };
}

async function createOnServer(server: string, empty: boolean): Promise<TestDatabase> {
  count += 1;
  const name = `keyside_test_${process.pid}_${count}`;
  const template = empty ? undefined : inject("postgresTemplate");
  await onServer(server, `create database ${name}${template === undefined ? "" : ` template ${template}`}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { location: { url: url.href }, remove: () => onServer(server, `drop database ${name} with (force)`) };
}

async function onServer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
