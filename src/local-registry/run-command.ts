/** Finds programs on the PATH and runs those that end by themselves; the registry, which does not, is registry-process.ts. */
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

/** Environment variables for a child process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How a command ended: `ok` means exit code 0; `stdout` is for parsing, `output` what to tell a person. */
export interface CommandResult {
  readonly ok: boolean;
  readonly stdout: string;
  readonly output: string;
}

/** Runs a program to its end, in `timeoutMs` at most; failing to start is a result too, not an exception. */
export function runCommand(
  file: string,
  args: readonly string[],
  options: { environment: Environment; timeoutMs: number; directory?: string },
): Promise<CommandResult> {
  const { environment, timeoutMs, directory } = options;
  const { promise, resolve } = Promise.withResolvers<CommandResult>();
  const settings = {
    env: environment,
    timeout: timeoutMs,
    killSignal: "SIGKILL",
    ...(directory && { cwd: directory }),
  } as const;
  const child = execFile(file, args, settings, (error, stdout, stderr) => {
    const ended = child.killed ? `no answer within ${timeoutMs / 1000} s` : "";
    const output = ended || stderr.trim() || stdout.trim() || (error?.message ?? "");
    resolve({ ok: error === null, stdout, output });
  });
  child.stdin?.end();
  return promise;
}

/** The last line of a command's output that says something: the one to quote in a sentence. */
export function lastLine(output: string): string {
  return output.trim().split("\n").at(-1)?.trim() ?? "";
}

/** Every executable file of that name on the PATH, in its order. Relative entries are skipped: never run from the cwd. */
export async function findOnPath(name: string, environment: Environment): Promise<string[]> {
  const directories = (environment["PATH"] ?? "").split(delimiter).filter((directory) => isAbsolute(directory));
  const files = [...new Set(directories)].map((directory) => join(directory, name));
  const found = await Promise.all(files.map(isExecutableFile));
  return files.filter((_, index) => found[index]);
}

/** Whether this is a file that we may run. */
export async function isExecutableFile(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
