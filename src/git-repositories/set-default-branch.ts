/** Makes another branch the default one of a project. */
import { RuleRefusedError } from "../errors.ts";
import { recordEvent } from "../events/record-event.ts";
import type { ResourceId } from "../namespaces/path.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { findProjectAtLevel } from "../projects/find-project.ts";
import { pointHead } from "./default-branch.ts";
import type { GitProgram } from "./find-git.ts";
import { type GitServices, requireGit } from "./git-services.ts";
import { runGit } from "./run-git.ts";

/** Which branch, of which project, and who wants it. */
export interface NewDefaultBranch {
  readonly caller: SignedInPrincipal;
  readonly project: ResourceId;
  /** The short name. */
  readonly branch: string;
}

/**
 * Changes the default branch; the caller must be Maintainer or above. Does nothing where it is the default one already.
 *
 * @throws NotFoundError when the caller does not see the project
 * @throws ForbiddenError when the caller's level is too low
 * @throws RuleRefusedError when there is no such branch
 * @throws UnavailableError when git cannot be run
 */
export async function setDefaultBranch(
  services: GitServices,
  { caller, project: id, branch }: NewDefaultBranch,
): Promise<void> {
  const { database, clock, repositories } = services;
  const em = database.em();
  const { project } = await findProjectAtLevel(em, caller, id, ACCESS_LEVELS.maintainer);
  if (project.defaultBranch === branch) return;
  const program = requireGit(services);
  const directory = await repositories.find(project.repositoryKey);
  if (directory === undefined || !(await hasBranch(program, directory, branch))) {
    throw new RuleRefusedError(`Could not change HEAD: branch ${JSON.stringify(branch)} does not exist`);
  }
  await database.transaction(async (within) => {
    await within.execute("update projects set default_branch = ? where id = ?", [branch, project.id]);
    const target = { type: "Project", id: project.id, title: project.name } as const;
    await recordEvent(within, { by: caller, action: "updated", target, projectId: project.id, at: clock.now() });
  });
  await pointHead(program, directory, branch);
}

async function hasBranch(program: GitProgram, directory: string, branch: string): Promise<boolean> {
  const args = ["show-ref", "--verify", "--quiet", "--", `refs/heads/${branch}`];
  return (await runGit(program, { directory, args })).code === 0;
}
