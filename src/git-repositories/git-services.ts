/** What serving Git needs, whichever way a client comes. */
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { UnavailableError } from "../errors.ts";
import type { FoundGit, GitProgram } from "./find-git.ts";
import type { GitTurns } from "./git-turns.ts";
import type { RepositoryStore } from "./repository-store.ts";

/** Where the hooks are. They lie with the code: on a volume that is mounted noexec they would not run. */
export const HOOKS_DIRECTORY = fileURLToPath(new URL("hooks", import.meta.url));

/** The parts. */
export interface GitServices extends UseCaseServices {
  readonly log: Pick<Logger, "error" | "info" | "warn">;
  readonly config: Pick<Config, "git">;
  readonly foundGit: FoundGit;
  readonly hooksDirectory: string;
  readonly repositories: RepositoryStore;
  readonly gitTurns: GitTurns;
}

/**
 * The git that does the work.
 *
 * @throws UnavailableError when there is none, in a sentence that says what to do
 */
export function requireGit({ foundGit }: Pick<GitServices, "foundGit">): GitProgram {
  if (foundGit.program === undefined) throw new UnavailableError(foundGit.problem);
  return foundGit.program;
}
