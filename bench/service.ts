/** The services of the run: Keyside as its users start it, and Keyside as it counts its queries. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../test/support/free-port.ts";

const PROJECT_DIRECTORY = join(import.meta.dirname, "..");
const POLL_MS = 20;

/** A server that is measured. */
export interface Server {
  readonly port: number;
  /** The first of its processes. */
  readonly pid: number;
  stop(): Promise<void>;
}

/** Variables of the configuration. */
export type Environment = Readonly<Record<string, string>>;

/** Where a service keeps what it keeps. */
export function directoriesIn(directory: string, name: string): Environment {
  return {
    KEYSIDE_DATA_DIR: join(directory, name),
    KEYSIDE_CERTS_DIR: join(directory, "certs"),
    KEYSIDE_ROOT_PASSWORD: ROOT_PASSWORD,
  };
}

/** The first administrator's. */
export const ROOT_PASSWORD = "a password for the bench";

/** The secret with which the API lets everything be done. */
export async function operatorSecret({ KEYSIDE_DATA_DIR = "" }: Environment): Promise<string> {
  return (await readFile(join(KEYSIDE_DATA_DIR, "operator-token"), "utf8")).trim();
}

/** Starts `keyside serve`, which logs as it always does, to /dev/null, and waits until it is ready. */
export async function startKeyside(environment: Environment): Promise<Server> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(PROJECT_DIRECTORY, "bin/keyside.js"), "serve"], {
    env: { PATH: process.env["PATH"], ...environment, KEYSIDE_HOST: "127.0.0.1", KEYSIDE_PORT: String(port) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  await answers(`http://127.0.0.1:${port}/-/readiness`, child);
  return serverOf(child, port);
}

/** Waits until a URL answers 200. @throws Error when the process ends first */
export async function answers(url: string, child: ChildProcess): Promise<void> {
  while ((child.exitCode ?? child.signalCode) === null) {
    const response = await fetch(url).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.status === 200) return;
    await sleep(POLL_MS);
  }
  throw new Error(`${child.spawnargs.join(" ")} ended before it answered ${url}`);
}

/** Starts the bare signing server. */
export async function startBareServer(
  { KEYSIDE_CERTS_DIR = "" }: Environment,
  algorithm: "ES256" | "RS256",
): Promise<Server> {
  const child = fork(join(import.meta.dirname, "bare-server.ts"), [`${KEYSIDE_CERTS_DIR}-${algorithm}`, algorithm]);
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return serverOf(child, port);
}

/** A service that counts what it asks its database. */
export interface CountedService extends Server {
  /** How many queries it has sent so far. */
  queries(): Promise<number>;
}

/** Starts a service that counts its queries; it is not fit for measuring anything else. */
export async function startCountedService(environment: Environment): Promise<CountedService> {
  const env = { PATH: process.env["PATH"], ...environment, KEYSIDE_HOST: "127.0.0.1", KEYSIDE_PORT: "0" };
  const stdio = ["ignore", "ignore", "inherit", "ipc"] as const;
  const child = fork(join(import.meta.dirname, "counted-service.ts"), { env, stdio: [...stdio] });
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return {
    ...serverOf(child, port),
    async queries() {
      const answer = once(child, "message");
      child.send("queries");
      const [{ queries }] = (await answer) as [{ queries: number }];
      return queries;
    },
  };
}

/** A server that a SIGTERM stops. */
export function serverOf(child: ChildProcess, port: number): Server {
  return {
    port,
    pid: child.pid ?? 0,
    async stop() {
      if ((child.exitCode ?? child.signalCode) !== null) return;
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      await exit;
    },
  };
}
