/** Runs git commands that end by themselves, and whose output is short. */
import { execFile } from "node:child_process";
import { UnavailableError } from "../errors.ts";
import type { GitProgram } from "./find-git.ts";
import { gitEnvironment } from "./git-settings.ts";

/** How long a command may take, unless it is said otherwise. */
const LIMIT_MS = 30_000;

/** How much of its output is read. */
const MAXIMUM_OUTPUT_BYTES = 8 * 1024 * 1024;

/** @see Node.js "ERR_CHILD_PROCESS_STDIO_MAXBUFFER" */
const TOO_LONG = "ERR_CHILD_PROCESS_STDIO_MAXBUFFER";

/** A command, and where it runs. */
export interface GitCommand {
  /** The repository, or where it is to be made. */
  readonly directory: string;
  /** What comes after `git`. What a client named stands behind `--end-of-options`, or is an object's id. */
  readonly args: readonly string[];
  readonly settings?: readonly (readonly [key: string, value: string])[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly limitMs?: number;
  /** How many bytes of its output are wanted: git is ended there. Without it, an output that is too long is an error. */
  readonly wantedBytes?: number;
}

/** How a command ended. */
export interface GitResult {
  readonly code: number;
  readonly stdout: string;
  /** For the log. */
  readonly stderr: string;
}

/**
 * Runs a command to its end.
 *
 * @throws UnavailableError when git cannot be run, takes too long, or says more than is read
 */
export function runGit({ path }: GitProgram, command: GitCommand): Promise<GitResult> {
  const { directory, args, settings, variables, limitMs = LIMIT_MS, wantedBytes } = command;
  const options = {
    env: gitEnvironment({ path, directory, settings, variables }),
    cwd: "/",
    timeout: limitMs,
    killSignal: "SIGKILL",
    maxBuffer: wantedBytes ?? MAXIMUM_OUTPUT_BYTES,
  } as const;
  return new Promise((resolve, reject) => {
    execFile("git", [`--git-dir=${directory}`, ...args], options, (error, stdout, stderr) => {
      const isCut = wantedBytes !== undefined && error?.code === TOO_LONG;
      const code = error === null || isCut ? 0 : error.code;
      if (typeof code === "number") resolve({ code, stdout, stderr });
      else reject(new UnavailableError("git could not be run; try again shortly", { cause: error, detail: stderr }));
    });
  });
}

/**
 * The output of a command that is to succeed.
 *
 * @throws UnavailableError when it does not
 */
export async function askGit(program: GitProgram, command: GitCommand): Promise<string> {
  const { code, stdout, stderr } = await runGit(program, command);
  if (code === 0) return stdout;
  throw new UnavailableError("git failed; try again shortly", {
    detail: `git ${command.args[0]} ended with ${code}: ${stderr.slice(-2000)}`,
  });
}
