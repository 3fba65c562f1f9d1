/** Says which of a project's known repositories the rules of a token match, before it is made. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import type { ResourceId } from "../namespaces/path.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import {
  REPOSITORY_ACTIONS,
  type RepositoryAction,
  type RepositoryRule,
  RepositoryRules,
} from "../principals/repository-rules.ts";
import { findProjectAtLevel } from "../projects/find-project.ts";
import { findReportedRepositories } from "../projects/find-reported-repositories.ts";
import { nameInProject } from "./policy.ts";

/** How many repositories of a project are looked at, by name. */
const MATCHED_REPOSITORIES = 500;

/** A repository by its name within the project (`""`: its own), and what the rules allow there, if scopes and role do. */
export interface MatchedRepository {
  readonly name: string;
  readonly actions: readonly RepositoryAction[];
}

/** The repositories of a project that registries reported, by name; `more`: there are others, which were not looked at. */
export interface MatchedRepositories {
  readonly repositories: readonly MatchedRepository[];
  readonly more: boolean;
}

/**
 * Matches the known repositories of a project.
 *
 * @throws NotFoundError when the caller does not see the project
 * @throws ForbiddenError when the caller is below Maintainer
 * @see docs/spec/access-tokens.md "Repository rules"
 */
export async function matchRepositories(
  { database }: Pick<UseCaseServices, "database">,
  input: {
    readonly caller: SignedInPrincipal;
    readonly project: ResourceId;
    readonly repositoryRules: readonly RepositoryRule[];
  },
): Promise<MatchedRepositories> {
  const em = database.em();
  const { project } = await findProjectAtLevel(em, input.caller, input.project, ACCESS_LEVELS.maintainer);
  const names = await findReportedRepositories(em, project, MATCHED_REPOSITORIES + 1);
  const rules = new RepositoryRules(input.repositoryRules);
  const repositories = names.slice(0, MATCHED_REPOSITORIES).map((whole) => {
    const name = nameInProject(whole, project.fullPath.path);
    return { name, actions: REPOSITORY_ACTIONS.filter((action) => rules.allowing(action, name) !== undefined) };
  });
  return { repositories, more: names.length > MATCHED_REPOSITORIES };
}
