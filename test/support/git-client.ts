/**
 * The real git, as a person runs it: in an environment made from nothing, so that no setting of this machine plays a part, and
 * with nobody there who could be asked for a password.
 */
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CommandEnd, type Environment, runToEnd } from "./running-command.ts";

/** For each program that is git, or runs it. */
export const GIT_ENVIRONMENT = {
  PATH: process.env["PATH"],
  HOME: "/nonexistent",
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "Gina",
  GIT_AUTHOR_EMAIL: "gina@example.com",
  GIT_COMMITTER_NAME: "Gina",
  GIT_COMMITTER_EMAIL: "gina@example.com",
} satisfies Environment;

/** Runs git in a directory, however that ends. */
export function git(
  directory: string,
  args: readonly string[],
  { input = "", ...environment }: { input?: string } & Environment = {},
): Promise<CommandEnd> {
  return runToEnd(["git", ...args], { directory, input, environment: { ...GIT_ENVIRONMENT, ...environment } });
}

/** Runs git in a directory and answers what it printed. @throws Error with all that it said when it failed */
export async function gitOutput(directory: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await git(directory, args);
  if (code !== 0) throw new Error(`git ${args.join(" ")}: ${code}\n${stdout}${stderr}`);
  return stdout.trim();
}

/** Makes an empty repository with a work tree in which nothing is checked out but a branch's name, and the remote `origin`. */
export async function createRepository(directory: string, origin: string, branch = "main"): Promise<void> {
  await mkdir(directory, { recursive: true });
  await gitOutput(directory, "init", "--quiet", "--template=", "--initial-branch", branch);
  await gitOutput(directory, "remote", "add", "origin", origin);
}

/** Commits a file to the branch that is checked out, and answers the commit's id. */
export async function commitFile(directory: string, name: string, content: string | Buffer): Promise<string> {
  await writeFile(join(directory, name), content);
  await gitOutput(directory, "add", name);
  await gitOutput(directory, "commit", "--quiet", "--message", `Add ${name}`);
  return gitOutput(directory, "rev-parse", "HEAD");
}

/** Commits a file that no other commit has. */
export function commitSomething(directory: string): Promise<string> {
  const name = randomBytes(6).toString("hex");
  return commitFile(directory, `${name}.txt`, `${name}\n`);
}
