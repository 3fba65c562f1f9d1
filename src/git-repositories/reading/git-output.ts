/** What a git command writes, piece by piece as it is taken: of what nobody takes, no more is kept than a pipe holds. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { UnavailableError } from "../../errors.ts";
import type { GitProgram } from "../find-git.ts";
import { notStarted } from "../git-process.ts";
import { gitEnvironment } from "../git-settings.ts";

/** A command that reads a repository, and where and for how long it runs. */
export interface OutputCommand {
  readonly directory: string;
  /** What comes after `git`. What a client named is an object's id here, or a path behind all options. */
  readonly args: readonly string[];
  /** All of its standard input. */
  readonly input: string;
  readonly limitMs: number;
  /** Ends it: the client is gone. */
  readonly signal: AbortSignal;
}

/** How much is kept of what git says of its own troubles: the end. */
const KEPT_ERROR_CHARACTERS = 2000;

/** A path is a path, whatever is in it: `*` and `:` mean nothing. @see git(1), GIT_LITERAL_PATHSPECS */
const VARIABLES = { GIT_LITERAL_PATHSPECS: "1" };

/**
 * Runs a command and gives its output. It is started when the first piece is asked for. Whoever takes no more of it ends the
 * command, with all that it started: a command that only writes to a pipe leaves nothing behind when it is killed.
 *
 * @throws UnavailableError when it cannot be started, fails or takes too long
 * @throws the signal's reason
 */
export async function* readOutput(program: GitProgram, command: OutputCommand): AsyncGenerator<Buffer, void> {
  const { args, limitMs, signal } = command;
  signal.throwIfAborted();
  const child = start(program, command);
  const { ended, kill } = endOf(child);
  let troubles = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    troubles = (troubles + text).slice(-KEPT_ERROR_CHARACTERS);
  });
  let isLate = false;
  const limit = setTimeout(() => {
    isLate = true;
    kill();
  }, limitMs);
  signal.addEventListener("abort", kill, { once: true });
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    const code = await ended;
    signal.throwIfAborted();
    if (isLate)
      throw new UnavailableError(`Git took longer than ${limitMs / 1000} s: ask for less, or try again later`);
    if (code !== 0) {
      const detail = `git ${args[0]} ended with ${code}: ${troubles}`;
      throw new UnavailableError("Git failed where Keyside runs; try again shortly", { detail });
    }
  } finally {
    clearTimeout(limit);
    signal.removeEventListener("abort", kill);
    kill();
    await ended;
  }
}

function start(program: GitProgram, { directory, args, input }: OutputCommand): ChildProcessWithoutNullStreams {
  let child: ChildProcessWithoutNullStreams;
  try {
    child = spawn("git", [`--git-dir=${directory}`, ...args], {
      cwd: "/",
      // A group of its own: git's own processes are ended with it.
      detached: true,
      env: gitEnvironment({ path: program.path, directory, variables: VARIABLES }),
      stdio: "pipe",
    });
  } catch (cause) {
    throw notStarted(cause);
  }
  // Some failures are thrown, of others an event tells; where descriptors are lacking, there are no pipes then.
  child.once("error", () => {});
  if (child.pid === undefined) throw notStarted();
  // Whoever writes to it finds out by the end of the process.
  child.stdin.on("error", () => {}).end(input);
  return child;
}

/** The exit code, once it has ended and all its pipes with it, and how to bring that about. */
function endOf(child: ChildProcessWithoutNullStreams): { ended: Promise<number | null>; kill: () => void } {
  const { pid } = child;
  let isOver = false;
  const ended = new Promise<number | null>((resolve) => {
    child.once("close", (code) => {
      isOver = true;
      resolve(code);
    });
  });
  const kill = () => {
    // Once it is over, its number may be another's.
    if (isOver || pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // All of the group have ended.
    }
  };
  return { ended, kill };
}
