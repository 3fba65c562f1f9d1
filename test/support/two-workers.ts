/** The real program with `KEYSIDE_WORKERS=2` on PostgreSQL, and which of its processes answered a request. */
import { Agent, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished } from "vitest";
import { createTestDatabase } from "./database.ts";
import { freePort } from "./free-port.ts";
import { KEYSIDE } from "./keyside-command.ts";
import { type RunningCommand, startCommand } from "./running-command.ts";
import { scratchDirectory } from "./scratch-directory.ts";

/** What the program is started with. */
export interface Instance {
  readonly environment: Readonly<Record<string, string>>;
  readonly databaseUrl: string;
  readonly directory: string;
}

/** Makes the environment of a service with two workers, on a database of its own; both are gone after the test. */
export async function twoWorkersInstance(more: Readonly<Record<string, string>> = {}): Promise<Instance> {
  const database = await createTestDatabase();
  onTestFinished(() => database.remove());
  const databaseUrl = "url" in database.location ? database.location.url : "";
  const directory = await scratchDirectory();
  const port = String(await freePort());
  const environment = {
    PATH: process.env["PATH"] ?? "",
    KEYSIDE_WORKERS: "2",
    DATABASE_URL: databaseUrl,
    KEYSIDE_DATA_DIR: join(directory, "data"),
    KEYSIDE_CERTS_DIR: join(directory, "certs"),
    KEYSIDE_PORT: port,
    KEYSIDE_URL: `http://localhost:${port}`,
    // A busy machine is not what tests are about.
    KEYSIDE_DATABASE_TIMEOUT: "60",
    ...more,
  };
  return { environment, databaseUrl, directory };
}

/** A line of the log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly pid: number; readonly msg: string };

/** A running program with two workers. */
export interface TwoWorkers {
  readonly command: RunningCommand;
  readonly primary: number;
  /** All log lines with this message so far. */
  logged(message: string): readonly LogLine[];
  /** Waits until so many lines with this message are there. */
  waitFor(message: string, count?: number): Promise<readonly LogLine[]>;
  /** A connection to each worker. */
  connections(): Promise<readonly [Connection, Connection]>;
}

/** Starts the program and waits until it listens. */
export async function startTwoWorkers({ environment }: Instance): Promise<TwoWorkers> {
  const command = startCommand([...KEYSIDE, "serve"], environment);
  const logged = (message: string) =>
    command.output
      .split("\n")
      .slice(0, -1)
      .filter((line) => line.includes(`"msg":${JSON.stringify(message)}`))
      .map((line) => JSON.parse(line) as LogLine);
  const waitFor = async (message: string, count = 1) => {
    await command.printed(new RegExp(`(?:"msg":${JSON.stringify(message)}.*?\n.*?){${count}}`, "s"));
    return logged(message);
  };
  const [listening] = await waitFor("listening");
  /** The process that wrote the log line of a request. */
  const workerOf = async (requestId: string) => {
    await command.printed(new RegExp(`${requestId}.*\n`));
    return logged("request").find((line) => line["requestId"] === requestId)?.pid ?? 0;
  };
  const port = Number(environment["KEYSIDE_PORT"]);
  return {
    command,
    primary: listening?.pid ?? 0,
    logged,
    waitFor,
    async connections() {
      const found = new Map<number, Connection>();
      // The primary hands connections out in turn, but for those that its workers have not taken yet.
      await expect
        .poll(async () => {
          const connection = new Connection(port, workerOf);
          onTestFinished(() => connection.close());
          found.set((await connection.call("GET", "/-/liveness")).worker, connection);
          return found.size;
        }, EVENTUALLY)
        .toBe(2);
      const [one, other] = [...found.values()];
      if (one === undefined || other === undefined) throw new Error("one worker alone answers");
      return [one, other];
    },
  };
}

/** For what comes about by itself, on a machine that may be busy. */
export const EVENTUALLY = { timeout: 90_000, interval: 100 };

/** An answer, and the process that gave it. */
export interface WorkerAnswer {
  readonly status: number;
  readonly text: string;
  readonly worker: number;
}

/** One connection that is kept open: one worker answers all that is asked on it, unless it is idle for some seconds. */
export class Connection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #port: number;
  readonly #workerOf: (requestId: string) => Promise<number>;

  constructor(port: number, workerOf: (requestId: string) => Promise<number>) {
    this.#port = port;
    this.#workerOf = workerOf;
  }

  /** Sends one request. */
  async call(
    method: string,
    path: string,
    { secret, basic, body }: { secret?: string; basic?: string; body?: unknown } = {},
  ): Promise<WorkerAnswer> {
    const headers = {
      ...(secret === undefined ? {} : { "private-token": secret }),
      ...(basic === undefined ? {} : { authorization: `Basic ${Buffer.from(basic).toString("base64")}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const where = { host: "127.0.0.1", port: this.#port, agent: this.#agent, method, path, headers };
    request(where, resolve)
      .once("error", reject)
      .end(body === undefined ? undefined : JSON.stringify(body));
    const answer = await promise;
    const content = await text(answer);
    const worker = await this.#workerOf(String(answer.headers["x-request-id"]));
    return { status: answer.statusCode ?? 0, text: content, worker };
  }

  /** Asks for a registry token, with `username:password`; without, anonymously. */
  token(basic?: string, scope?: string): Promise<WorkerAnswer> {
    const scoped = scope === undefined ? "" : `&scope=${encodeURIComponent(scope)}`;
    return this.call("GET", `/jwt/auth?service=container_registry${scoped}`, basic === undefined ? {} : { basic });
  }

  /** A sample of the page of metrics, such as `name{label="x"}`. */
  async sample(name: string): Promise<number | undefined> {
    const page = (await this.call("GET", "/-/metrics")).text;
    const line = page.split("\n").find((each) => each.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  }

  /** Closes the connection. */
  close(): void {
    this.#agent.destroy();
  }
}
