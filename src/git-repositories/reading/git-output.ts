/** What a git command writes, piece by piece as it is taken: of what nobody takes, no more is kept than a pipe holds. */
import type { Readable, Writable } from "node:stream";
import { UnavailableError } from "../../errors.ts";
import type { GitProgram } from "../find-git.ts";
import { startGroup } from "../git-group.ts";

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
  const { directory, args, input, limitMs, signal } = command;
  signal.throwIfAborted();
  const group = startGroup(program, {
    args: [`--git-dir=${directory}`, ...args],
    directory,
    variables: VARIABLES,
    stdio: "pipe",
  });
  const { ended } = group;
  const kill = () => group.signal("SIGKILL");
  const [stdin, stdout, stderr] = group.child.stdio as unknown as [Writable, Readable, Readable];
  // Whoever writes to it finds out by the end of the process.
  stdin.on("error", () => {}).end(input);
  let troubles = "";
  stderr.setEncoding("utf8").on("data", (text: string) => {
    troubles = (troubles + text).slice(-KEPT_ERROR_CHARACTERS);
  });
  let isLate = false;
  const limit = setTimeout(() => {
    isLate = true;
    kill();
  }, limitMs);
  signal.addEventListener("abort", kill, { once: true });
  try {
    yield* stdout as AsyncIterable<Buffer>;
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
