/**
 * Commands as a person runs them: to their end, or until they have printed what is waited for. Whatever still runs when
 * its test is over is killed with all its children.
 */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** The project's own directory. */
export const PROJECT_DIRECTORY = fileURLToPath(new URL("../../", import.meta.url));

export type Environment = Readonly<Record<string, string | undefined>>;

/** What makes each command start sooner, and nothing else. */
const COMPILE_CACHE = { NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] };

/** How a command ended, and all that it printed. */
export interface CommandEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end; `input` is all of its standard input. */
export async function runToEnd(
  [file = "", ...args]: readonly string[],
  options: { environment?: Environment; input?: string | Buffer; directory?: string } = {},
): Promise<CommandEnd> {
  const { environment = process.env, input = "", directory = PROJECT_DIRECTORY } = options;
  const child = spawn(file, args, { env: { ...COMPILE_CACHE, ...environment }, cwd: directory, stdio: "pipe" });
  const exited = new Promise<number | null>((resolve, reject) => child.once("close", resolve).once("error", reject));
  child.stdin.on("error", () => undefined).end(input); // a command that refuses at once reads nothing
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, stdout, stderr };
}

/** A command that goes on until it is told to stop. */
export interface RunningCommand {
  /** Standard output and standard error so far. */
  readonly output: string;
  /** Waits until the output matches. @throws Error with the output when the command ends before that */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Signals its whole process group, as a terminal does. */
  signal(name: NodeJS.Signals): void;
  /** Resolves with the exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** The process group, which is gone when all of its processes are. */
  readonly groupIsGone: () => boolean;
}

/** Starts a command in a process group of its own. */
export function startCommand([file = "", ...args]: readonly string[], environment: Environment): RunningCommand {
  const env = { ...COMPILE_CACHE, ...environment };
  const child = spawn(file, args, { env, cwd: PROJECT_DIRECTORY, detached: true, stdio: "pipe" });
  let output = "";
  const hasClosed = () => child.stdout.closed && child.stderr.closed && (child.exitCode ?? child.signalCode) !== null;
  let waiting: (() => void)[] = [];
  const wake = () => {
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      resolve(code ?? signal);
      wake();
    });
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      wake();
    });
  }
  const signal = (name: NodeJS.Signals) => {
    if (child.pid !== undefined) process.kill(-child.pid, name);
  };
  const groupIsGone = () => {
    try {
      return child.pid !== undefined && !process.kill(-child.pid, 0);
    } catch {
      return true;
    }
  };
  onTestFinished(async () => {
    if (!groupIsGone()) signal("SIGKILL");
    await ended;
  });
  return {
    get output() {
      return output;
    },
    async printed(pattern) {
      for (;;) {
        const match = pattern.exec(output);
        if (match !== null) return match;
        if (hasClosed()) throw new Error(`the command ended without printing ${pattern}:\n${output}`);
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
      }
    },
    signal,
    ended,
    groupIsGone,
  };
}
