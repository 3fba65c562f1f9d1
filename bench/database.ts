/** The PostgreSQL server of the run, with a new database for each purpose. */
import pg from "pg";
import { findPostgresPrograms, type PostgresServer, startPostgresProcess } from "../test/support/postgres-process.ts";
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
  const own = url === undefined ? await startServer() : undefined;
  const server = new URL(own?.url ?? url ?? "");
  const names: string[] = [];
  return {
    ...(await withClient(server, about)),
    async createDatabase(purpose) {
      const name = `keyside_bench_${process.pid}_${purpose}`;
      names.push(name);
      await withClient(server, (client) => client.query(`create database ${name}`));
      const created = new URL(server);
      created.pathname = name;
      return created.href;
    },
    async stop() {
      if (own !== undefined) return await own.stop();
      await withClient(server, async (client) => {
        for (const name of names) await client.query(`drop database if exists ${name} with (force)`);
      });
    },
  };
}

async function about(client: pg.Client): Promise<Pick<BenchPostgres, "version" | "pid">> {
  const { rows } = await client.query<{ pid: number; version: string }>(
    "select pg_backend_pid() as pid, current_setting('server_version') as version",
  );
  const [{ pid = 0, version = "" } = {}] = rows;
  return { version, pid: await parentNamed(pid, "postgres") };
}

async function withClient<Result>(url: URL, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function startServer(): Promise<PostgresServer> {
  const programs = await findPostgresPrograms();
  if (programs === undefined) {
    throw new Error("no PostgreSQL: set DATABASE_URL, or install its programs (Debian: apt-get install postgresql)");
  }
  return await startPostgresProcess(programs);
}
