/**
 * What of a request is granted: the facts that the policy wants, and the entries of the `access` claim. The token endpoint
 * issues by these functions, and explain answers by them.
 */
import type { Principal } from "../principals/principal.ts";
import type { ImageFacts, ImageFactsFinder } from "../projects/find-image-facts.ts";
import type { RegistryAccess } from "../signing/registry-jwt.ts";
import { allowedActions, allowsCatalog, grantedActions, type PolicyRecorder } from "./policy.ts";
import { ANY_ACTION, type RequestedScope } from "./requested-scope.ts";

/**
 * The projects of all repositories that are asked for, and the principal's level in them; repositories without a project
 * are absent. One query at most. The facts of a bot's own project are known already: only other projects are looked up,
 * and there it is a stranger.
 */
export async function findRepositories(
  { imageFacts }: { readonly imageFacts: Pick<ImageFactsFinder, "find"> },
  principal: Principal,
  scopes: readonly RequestedScope[],
): Promise<ReadonlyMap<string, ImageFacts>> {
  const names = scopes.flatMap(({ type, name }) => (type === "repository" ? [name] : []));
  if (principal.kind !== "bot") {
    return await imageFacts.find(names, principal.kind === "user" ? principal.userId : undefined);
  }
  const { accessLevel, ...project } = principal.project;
  const own = names
    .filter((name) => isInProject(name, project.path))
    .map((name) => [name, { project, accessLevel }] as const);
  if (own.length === names.length) return new Map(own);
  const elsewhere = await imageFacts.find(
    names.filter((name) => !isInProject(name, project.path)),
    undefined,
  );
  return new Map([...elsewhere, ...own]);
}

/** Whether a repository is a project's: its own, or one below it. No project lies in another. */
export function isInProject(name: string, projectPath: string): boolean {
  return name === projectPath || name.startsWith(`${projectPath}/`);
}

/** One entry of the `access` claim, or none when nothing is granted. */
export function grantAccess(
  principal: Principal,
  scope: RequestedScope,
  repositories: ReadonlyMap<string, ImageFacts>,
  record?: PolicyRecorder,
): RegistryAccess[] {
  switch (scope.type) {
    case "registry":
      return scope.actions.has(ANY_ACTION) && allowsCatalog(principal, record)
        ? [{ type: "registry", name: scope.name, actions: [ANY_ACTION] }]
        : [];
    case "repository": {
      const repository = { name: scope.name, facts: repositories.get(scope.name) };
      const actions = grantedActions(scope, allowedActions(principal, repository, record));
      return actions.length === 0 ? [] : [{ type: "repository", name: scope.name, actions }];
    }
  }
}
