/** A git that talks to a client: `git upload-pack` or `git receive-pack`, with all processes that it starts itself. */
import { type ChildProcess, spawn } from "node:child_process";
import { setPriority } from "node:os";
import type { Duplex, Readable, Writable } from "node:stream";
import { UnavailableError } from "../errors.ts";
import type { GitProgram } from "./find-git.ts";
import { gitEnvironment } from "./git-settings.ts";

/** Which program of git's serves a client. */
export type GitService = "upload-pack" | "receive-pack";

/** As `nice -n 10`: whoever clones waits, rather than those who ask for a token. */
const PRIORITY = 10;

/** What is started, and how. */
export interface GitProcessOptions {
  readonly program: GitProgram;
  readonly service: GitService;
  readonly directory: string;
  /** Between the name of the service and the directory. */
  readonly args: readonly string[];
  readonly settings: readonly (readonly [key: string, value: string])[];
  /** The protocol that the client asked for, in its own words, which follow the grammar. */
  readonly protocol: string | undefined;
}

/** How long each step of a stop may take, in milliseconds, before the next, harder one. */
export const STOP_STEP_MS = 10_000;

/** How much is kept of what git says of its own troubles: the end. */
const KEPT_ERROR_CHARACTERS = 2000;

/** The descriptors of the child process, as this one has them. */
type Descriptors = [Writable, Readable, Readable, Duplex?, Duplex?];

/** A running git. What it writes must be read to its end: until then it has not ended. */
export class GitProcess {
  readonly service: GitService;
  readonly input: Writable;
  readonly output: Readable;
  /** What its hooks say, and where they are answered; undefined for `upload-pack`, which has none. */
  readonly hooks: { readonly said: Readable; readonly answer: Writable } | undefined;
  /** The exit code, once it has ended and all its pipes with it; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  #troubles = "";
  #isStopping = false;
  #hasEnded = false;

  /** @throws UnavailableError when it cannot be started: the machine has no room for a process, or git is gone */
  constructor(options: GitProcessOptions) {
    this.service = options.service;
    this.#child = start(options);
    const [input, output, troubles, said, answer] = this.#child.stdio as unknown as Descriptors;
    this.input = input;
    this.output = output;
    this.hooks = said === undefined || answer === undefined ? undefined : { said, answer };
    troubles.setEncoding("utf8").on("data", (text: string) => {
      this.#troubles = (this.#troubles + text).slice(-KEPT_ERROR_CHARACTERS);
    });
    // Whoever writes to it finds out by the end of the process.
    for (const stream of [input, output, troubles, said, answer]) stream?.on("error", () => {});
    // Nothing comes from there, but its end.
    answer?.resume();
    this.ended = new Promise((resolve) => {
      this.#child.once("close", (code) => {
        this.#hasEnded = true;
        resolve(code);
      });
    });
  }

  /** The end of what git said of its troubles, for the log. */
  get troubles(): string {
    return this.#troubles;
  }

  /**
   * Ends it because nobody wants its work any more. `git upload-pack` is killed, with all that it started. `git receive-pack` is
   * let come to its own end, its input cut off: killed, it would leave what it received so far on the disk. Its output has to
   * be read meanwhile. Resolves when it has ended.
   *
   * @see docs/spec/git.md "Running git"
   */
  async stop(): Promise<void> {
    if (!this.#isStopping) {
      this.#isStopping = true;
      this.input.end();
      if (this.service === "upload-pack") this.#signal("SIGTERM");
      const soft = setTimeout(() => this.#signal("SIGTERM"), STOP_STEP_MS);
      const hard = setTimeout(() => this.#signal("SIGKILL"), 2 * STOP_STEP_MS);
      void this.ended.finally(() => {
        clearTimeout(soft);
        clearTimeout(hard);
      });
    }
    await this.ended;
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    // Its number may be another's by now.
    if (pid === undefined || this.#hasEnded) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // All of the group have ended.
    }
  }
}

function start({ program, service, directory, args, settings, protocol }: GitProcessOptions): ChildProcess {
  const variables = protocol === undefined ? {} : { GIT_PROTOCOL: protocol };
  let child: ChildProcess;
  try {
    child = spawn("git", [service, ...args, directory], {
      cwd: "/",
      // A group of its own: git's own processes are ended with it.
      detached: true,
      env: gitEnvironment({ path: program.path, directory, settings, variables }),
      stdio: ["pipe", "pipe", "pipe", ...(service === "receive-pack" ? (["pipe", "pipe"] as const) : [])],
    });
  } catch (cause) {
    throw notStarted(cause);
  }
  // Some failures are thrown, of others an event tells; where descriptors are lacking, there are no pipes then.
  child.once("error", () => {});
  if (child.pid === undefined) throw notStarted();
  giveWay(child.pid);
  return child;
}

/** What is said where git cannot be started: the machine has no room for a process, or git is gone. */
export function notStarted(cause?: unknown): UnavailableError {
  return new UnavailableError("Git cannot be started where Keyside runs; try again shortly", { cause });
}

/** Before it has started processes of its own, which take over its priority. */
function giveWay(pid: number): void {
  try {
    setPriority(pid, PRIORITY);
  } catch {
    // It has ended already.
  }
}
