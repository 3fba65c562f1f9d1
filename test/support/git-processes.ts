/** What the processes of git that a service started leave on the machine. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";

/** For what comes about by itself, on a machine that may be busy. */
export const EVENTUALLY = { timeout: 60_000 };

/** The command lines of all processes that name a directory; those that have ended have none. */
export async function processesAt(directory: string): Promise<string[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(directory)).map((line) => line.replaceAll("\0", " "));
}

/** What pushes to a repository have sent that is not accepted yet, or never was. */
export async function quarantinesAt(directory: string): Promise<string[]> {
  const names = await readdir(join(directory, "objects")).catch((): string[] => []);
  return names.filter((name) => name.startsWith("tmp_objdir"));
}

/** Waits until git runs at a repository, so that a test has something to end. */
export async function untilGitRuns(directory: string): Promise<void> {
  await expect.poll(() => processesAt(directory), EVENTUALLY).not.toEqual([]);
}

/** Waits until a push has begun to arrive. */
export async function untilPushArrives(directory: string): Promise<void> {
  await expect.poll(() => quarantinesAt(directory), EVENTUALLY).not.toEqual([]);
}

/** Expects that neither a process nor a half-received push is left of a repository's operations. */
export async function expectNothingLeft(directory: string): Promise<void> {
  await expect.poll(() => processesAt(directory), EVENTUALLY).toEqual([]);
  expect(await quarantinesAt(directory)).toEqual([]);
}
