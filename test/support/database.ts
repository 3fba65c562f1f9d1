/**
 * A database of its own for each test service. Which kind is the run's to say: the `integration` project runs on the
 * embedded one, `integration-postgresql` runs the same tests on a PostgreSQL server that the run provides.
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
    /** A file with the dump of an empty embedded cluster, to start from. */
    embeddedDump: string | undefined;
  }
}

/** A fresh, empty database. */
export interface TestDatabase {
  readonly location: DatabaseLocation;
  remove(): Promise<void>;
}

/** Whether this run's databases are on a PostgreSQL server. */
export function isOnServer(): boolean {
  return inject("postgresUrl") !== undefined;
}

let count = 0;

/** Makes a database of the kind that this run is about. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject("postgresUrl");
  return server === undefined ? await createEmbedded() : await createOnServer(server);
}

async function createEmbedded(): Promise<TestDatabase> {
  const dump = inject("embeddedDump");
  const memory = dump === undefined ? {} : { loadDataDir: await openAsBlob(dump) };
  return { location: { memory }, remove: () => Promise.resolve() };
}

async function createOnServer(server: string): Promise<TestDatabase> {
  count += 1;
  const name = `keyside_test_${process.pid}_${count}`;
  await onServer(server, `create database ${name}`);
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
