/**
 * Starts git as a group of processes: it and all that it starts itself are ended together, and have less right to the machine
 * than everything else.
 */
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { setPriority } from "node:os";
import { UnavailableError } from "../errors.ts";
import type { GitProgram } from "./find-git.ts";
import { gitEnvironment } from "./git-settings.ts";

/** As `nice -n 10`: whoever clones waits, rather than those who ask for a token. */
const PRIORITY = 10;

/** What is started, and how. */
export interface GitGroupOptions {
  /** What comes after `git`. */
  readonly args: readonly string[];
  /** The repository that is trusted. */
  readonly directory: string;
  readonly settings?: readonly (readonly [key: string, value: string])[] | undefined;
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly stdio: StdioOptions;
}

/** A running group. */
export interface GitGroup {
  readonly child: ChildProcess;
  /** The exit code, once git has ended and all its pipes with it; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Sends a signal to all of the group that there are; does nothing once it has ended. */
  readonly signal: (signal: NodeJS.Signals) => void;
}

/**
 * Starts a group.
 *
 * @throws UnavailableError when it cannot be started: the machine has no room for a process, or git is gone
 */
export function startGroup({ path }: GitProgram, options: GitGroupOptions): GitGroup {
  const child = start(path, options);
  const { pid } = child;
  // Some failures are thrown, of others an event tells; where descriptors are lacking, there are no pipes then.
  child.once("error", () => {});
  if (pid === undefined) throw notStarted();
  // Before it has started processes of its own, which take over its priority.
  unlessGone(() => setPriority(pid, PRIORITY));
  let isOver = false;
  const ended = new Promise<number | null>((resolve) => {
    child.once("close", (code) => {
      isOver = true;
      resolve(code);
    });
  });
  const signal = (name: NodeJS.Signals) => {
    // Once it is over, its number may be another's.
    if (!isOver) unlessGone(() => process.kill(-pid, name));
  };
  return { child, ended, signal };
}

function start(path: string, { args, directory, settings, variables, stdio }: GitGroupOptions): ChildProcess {
  try {
    return spawn("git", args, {
      cwd: "/",
      detached: true,
      env: gitEnvironment({ path, directory, settings, variables }),
      stdio,
    });
  } catch (cause) {
    throw notStarted(cause);
  }
}

function notStarted(cause?: unknown): UnavailableError {
  return new UnavailableError("Git cannot be started where Keyside runs; try again shortly", { cause });
}

/** All of the group may have ended. */
function unlessGone(work: () => void): void {
  try {
    work();
  } catch {
    // They have.
  }
}
