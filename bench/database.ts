/** The PostgreSQL server of the run, with a new database for each purpose. */
import pg from "pg";
import { findPostgresPrograms, startPostgresProcess } from "../test/support/postgres-process.ts";
import { parentNamed } from "./processes.ts";

/** A server on which databases are made, and dropped at the end. */
export interface BenchPostgres {
  /** What it says of itself. */
  readonly version: string;
  /** The server's first process, if it is one of this machine's. */
  readonly pid: number | undefined;
  /** Makes an empty database and answers its URL. */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts a server of this machine's programs, or takes the one that `url` names, on which the user may make databases.
 *
 * @throws Error when there is neither
 */
export async function openPostgres(url: string | undefined): Promise<BenchPostgres> {
  const server = url === undefined ? await startServer() : { url, stop: () => Promise.resolve() };
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const { rows } = await client.query<{ pid: number; version: string }>(
    "select pg_backend_pid() as pid, current_setting('server_version') as version",
  );
  const [{ pid = 0, version = "" } = {}] = rows;
  const names: string[] = [];
  return {
    version,
    pid: await parentNamed(pid, "postgres"),
    async createDatabase(purpose) {
      const name = `keyside_bench_${process.pid}_${purpose}`;
      names.push(name);
      await client.query(`create database ${name}`);
      const created = new URL(server.url);
      created.pathname = name;
      return created.href;
    },
    async stop() {
      for (const name of names) await client.query(`drop database ${name} with (force)`);
      await client.end();
      await server.stop();
    },
  };
}

async function startServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const programs = await findPostgresPrograms();
  if (programs === undefined) {
    throw new Error("no PostgreSQL: set DATABASE_URL, or install its programs (Debian: apt-get install postgresql)");
  }
  return await startPostgresProcess(programs);
}
