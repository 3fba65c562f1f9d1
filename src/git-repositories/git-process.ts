/** A git that talks to a client: `git upload-pack` or `git receive-pack`, with all processes that it starts itself. */
import type { Duplex, Readable, Writable } from "node:stream";
import type { GitProgram } from "./find-git.ts";
import { type GitGroup, startGroup } from "./git-group.ts";

/** Which program of git's serves a client. */
export type GitService = "upload-pack" | "receive-pack";

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
  readonly #signal: GitGroup["signal"];
  #troubles = "";
  #isStopping = false;

  /** @throws UnavailableError when it cannot be started: the machine has no room for a process, or git is gone */
  constructor({ program, service, directory, args, settings, protocol }: GitProcessOptions) {
    this.service = service;
    const { child, ended, signal } = startGroup(program, {
      args: [service, ...args, directory],
      directory,
      settings,
      variables: protocol === undefined ? {} : { GIT_PROTOCOL: protocol },
      stdio: ["pipe", "pipe", "pipe", ...(service === "receive-pack" ? (["pipe", "pipe"] as const) : [])],
    });
    this.ended = ended;
    this.#signal = signal;
    const [input, output, troubles, said, answer] = child.stdio as unknown as Descriptors;
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
}
