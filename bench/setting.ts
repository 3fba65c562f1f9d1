/** What all parts of a run share: the client, and two seeded databases. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchPostgres, openPostgres } from "./database.ts";
import { Client } from "./load/client.ts";
import { type SeededToken, seed } from "./seed.ts";
import { directoriesIn, type Environment, type Server } from "./service.ts";

const PROJECTS = 1000;

/** A seeded database, and the variables with which a service uses it. */
export interface Place {
  readonly name: string;
  readonly environment: Environment;
  readonly tokens: readonly SeededToken[];
  readonly databasePid: number | undefined;
}

/** What a run works with. */
export interface Setting {
  readonly client: Client;
  readonly directory: string;
  readonly postgres: BenchPostgres;
  readonly postgresql: Place;
  readonly embedded: Place;
  /** What was left out, and why: one line each. */
  readonly remarks: string[];
  /** Tells people how far the run is. */
  readonly say: (text: string) => void;
}

/** Prepares all of it, lets `work` use it, and leaves nothing behind. */
export async function withSetting<Result>(
  say: Setting["say"],
  work: (setting: Setting) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), "keyside-bench-"));
  const client = new Client();
  // Without its client, the run ends at the next order, and tidies up.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void client.stop());
  const postgres = await openPostgres(process.env["DATABASE_URL"]).catch(async (error: unknown) => {
    await client.stop();
    throw error;
  });
  try {
    say(`making ${PROJECTS} projects and tokens on PostgreSQL ${postgres.version} and on the embedded database`);
    const url = await postgres.createDatabase("main");
    const postgresql = await place(
      "PostgreSQL",
      { ...directoriesIn(directory, "main"), DATABASE_URL: url },
      postgres.pid,
    );
    const embedded = await place("embedded", directoriesIn(directory, "embedded"), undefined);
    return await work({ client, directory, postgres, postgresql, embedded, remarks: [], say });
  } finally {
    await client.stop();
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function place(name: string, environment: Environment, databasePid: number | undefined): Promise<Place> {
  return { name, environment, databasePid, tokens: await seed(environment, PROJECTS) };
}

/** Takes note of a server that is being started, so that it is stopped at the end. */
export type Started = (starting: Promise<Server>) => Promise<Server>;

/** Lets `work` start servers, and stops them all when it ends. */
export async function withServers<Result>(work: (started: Started) => Promise<Result>): Promise<Result> {
  const servers: Server[] = [];
  try {
    return await work(async (starting) => {
      const server = await starting;
      servers.push(server);
      return server;
    });
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}
