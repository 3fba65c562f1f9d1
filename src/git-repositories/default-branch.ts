/** The default branch of a repository on the disk: what HEAD names. The database decides; HEAD follows. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { GitProgram } from "./find-git.ts";
import { askGit } from "./run-git.ts";

/**
 * Lets HEAD name a branch, unless it does. A HEAD that names nothing gives an empty checkout, and some clients fail on it.
 *
 * @throws UnavailableError when it cannot be changed
 */
export async function pointHead(program: GitProgram, directory: string, branch: string): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const head = await readFile(join(directory, "HEAD"), "utf8").catch(() => "");
  if (head === `ref: ${ref}\n`) return;
  await askGit(program, { directory, args: ["symbolic-ref", "HEAD", ref] });
}
