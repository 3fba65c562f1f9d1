/**
 * A registry as a child process: started apart from the terminal, its output in the log file, seen to be ready, and
 * ended for certain. Knows neither how a registry was found nor what runs it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { open, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { UnavailableError } from "../errors.ts";
import { bearerParameters } from "../http/challenge.ts";
import type { Environment } from "./run-command.ts";

const LOG_TAIL_LINES = 15;
const POLL_INTERVAL_MS = 50;
const ANSWER_LIMIT_MS = 5_000;
const READY = "";

/** Why a registry ended, in words that follow "the registry". */
export interface RegistryExit {
  readonly reason: string;
}

/** A registry's process; `exited` resolves when it has ended, wanted or not, and never rejects. */
export interface RegistryProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<RegistryExit>;
}

/** Starts the process in a session of its own: Ctrl-C in the terminal must reach Keyside first, which then ends it. */
export async function startRegistryProcess(
  command: readonly [file: string, ...args: string[]],
  options: { environment: Environment; logFile: string },
): Promise<RegistryProcess> {
  const [file, ...args] = command;
  const log = await open(options.logFile, "w", 0o600);
  try {
    const stdio = ["ignore", log.fd, log.fd] as const;
    const child = spawn(file, args, { env: options.environment, detached: true, stdio: [...stdio] });
    const { promise: exited, resolve } = Promise.withResolvers<RegistryExit>();
    child.once("error", (error) => resolve({ reason: `could not be started: ${error.message}` }));
    child.once("exit", (code, signal) => resolve({ reason: `ended with ${signal ?? `exit code ${code}`}` }));
    return { child, exited };
  } finally {
    await log.close();
  }
}

/** Ends the process: SIGTERM, and SIGKILL when it is still there after `patienceMs`. */
export async function endProcess({ child, exited }: RegistryProcess, patienceMs: number): Promise<void> {
  child.kill("SIGTERM");
  const limit = AbortSignal.timeout(patienceMs);
  limit.addEventListener("abort", () => child.kill("SIGKILL"));
  await exited;
}

/**
 * Waits until the registry sends its clients to Keyside: `GET /v2/` answers 401 with a Bearer challenge of our realm.
 *
 * @param limits `deadlineMs` counts from now
 * @throws UnavailableError with the end of the registry's log, when it ends or is not ready in time
 */
export async function waitUntilReady(
  { exited }: RegistryProcess,
  expected: { address: string; realm: string },
  limits: { deadlineMs: number; logFile: string },
): Promise<void> {
  const url = `http://${expected.address}/v2/`;
  const untilMs = performance.now() + limits.deadlineMs;
  let last = "";
  let ended: RegistryExit | undefined;
  while (ended === undefined && performance.now() < untilMs) {
    last = await challengeOf(url, expected.realm);
    if (last === READY) return;
    ended = await Promise.race([exited, delay(POLL_INTERVAL_MS, undefined)]);
  }
  const why = ended?.reason ?? `is not ready after ${limits.deadlineMs / 1000} s: GET ${url} ${last}`;
  throw new UnavailableError(`the registry ${why}; the end of ${limits.logFile}:\n${await tailOf(limits.logFile)}`);
}

/** READY, or what stands in the way, in words that follow the request. */
async function challengeOf(url: string, realm: string): Promise<string> {
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    await response.body?.cancel();
    const bearer = bearerParameters(response.headers.get("www-authenticate") ?? "");
    if (response.status === 401 && bearer?.get("realm") === realm) return READY;
    return `answers ${response.status} without a Bearer challenge for ${realm}`;
  } catch (error) {
    const { cause } = error as Error;
    return `fails: ${cause instanceof Error ? cause.message : String(error)}`;
  }
}

async function tailOf(logFile: string): Promise<string> {
  const lines = (await readFile(logFile, "utf8")).trim().split("\n");
  // Distribution panics over a wrong configuration: the message comes first, then a stack that helps nobody here.
  const stack = lines.findIndex((line) => line.startsWith("goroutine "));
  return lines
    .slice(0, stack === -1 ? undefined : stack)
    .slice(-LOG_TAIL_LINES)
    .join("\n");
}
