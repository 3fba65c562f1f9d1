/** Looks for git, once, when the service starts. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { gitEnvironment } from "./git-settings.ts";

/** The oldest git that does all that is asked of it. */
const OLDEST = { major: 2, minor: 39 } as const;
const OLDEST_TEXT = `${OLDEST.major}.${OLDEST.minor}`;

/** A git that can be run. */
export interface GitProgram {
  /** As git says it: `2.39.5`. */
  readonly version: string;
  /** The search path by which it is found, and finds its own programs. */
  readonly path: string;
}

/** A git, or in a sentence why there is none and what to do. */
export type FoundGit = { readonly program: GitProgram } | { readonly program: undefined; readonly problem: string };

/** How long git may take to tell its version: on a machine that is busy, far more than it needs. */
const LIMIT_MS = 20_000;

/** Looks for git on the search path. */
export async function findGit(path: string): Promise<FoundGit> {
  const env = gitEnvironment({ path, directory: "/nonexistent" });
  let output: string;
  try {
    ({ stdout: output } = await promisify(execFile)("git", ["--version"], { env, timeout: LIMIT_MS }));
  } catch {
    return { program: undefined, problem: `Git is not installed where Keyside runs: ${remedy}` };
  }
  const [, version = "", major, minor] = /^git version ((\d+)\.(\d+)\S*)/.exec(output) ?? [];
  const isNewEnough = Number(major) > OLDEST.major || (Number(major) === OLDEST.major && Number(minor) >= OLDEST.minor);
  if (isNewEnough) return { program: { version, path } };
  return { program: undefined, problem: `The git where Keyside runs is too old (${version || "unknown"}): ${remedy}` };
}

const remedy = `install git ${OLDEST_TEXT} or newer and restart`;
