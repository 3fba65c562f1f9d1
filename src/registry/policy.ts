/**
 * Who may do what to a repository: facts in, actions out. Pure, so that a test can hold the whole table. An action is
 * allowed only where the credential's scopes, the level in the project and the project itself all allow it.
 */
import { ACCESS_LEVELS, NO_ACCESS } from "../principals/access-level.ts";
import type { Principal } from "../principals/principal.ts";
import type { ImageFacts } from "../projects/find-image-facts.ts";
import { ANY_ACTION, REPOSITORY_ACTIONS, type RepositoryAction, type RepositoryScope } from "./requested-scope.ts";

/**
 * The actions that a principal has on a repository; none when it belongs to no project.
 *
 * @see docs/spec/registry-auth.md "Who may do what"
 */
export function allowedActions(principal: Principal, facts: ImageFacts | undefined): RepositoryAction[] {
  if (facts === undefined || !facts.project.containerRegistryEnabled) return [];
  return REPOSITORY_ACTIONS.filter((action) => allows(action, principal, facts));
}

/** What of a request is granted: requested and allowed; `*` stands for every allowed action, and is never granted itself. */
export function grantedActions(requested: RepositoryScope, allowed: readonly RepositoryAction[]): RepositoryAction[] {
  return requested.actions.has(ANY_ACTION) ? [...allowed] : allowed.filter((action) => requested.actions.has(action));
}

/** Whether a principal may list the registry's catalog: administrators only, within their credential's scopes. */
export function allowsCatalog(principal: Principal): boolean {
  return principal.kind === "user" && principal.admin && principal.scopes.has("read_registry");
}

function allows(action: RepositoryAction, principal: Principal, { project, accessLevel }: ImageFacts): boolean {
  if (action === "pull" && project.visibility === "public") return true;
  if (principal.kind === "anonymous") return false;
  const level = effectiveLevel(principal, project.id, accessLevel);
  switch (action) {
    case "pull":
      return principal.scopes.has("read_registry") && mayRead(principal, project, level);
    case "push":
      return principal.scopes.has("write_registry") && level >= ACCESS_LEVELS.developer;
    case "delete":
      return principal.scopes.has("delete_registry") && level >= ACCESS_LEVELS.maintainer;
  }
}

type SignedIn = Exclude<Principal, { kind: "anonymous" }>;

function mayRead(principal: SignedIn, project: ImageFacts["project"], level: number): boolean {
  if (project.visibility === "private") return level >= ACCESS_LEVELS.reporter;
  // Internal: any human; a bot counts as signed in only in its own project.
  return principal.kind === "user" || principal.project.id === project.id;
}

/** An administrator is Owner everywhere; a bot has its level in its own project and none elsewhere. */
function effectiveLevel(principal: SignedIn, projectId: number, accessLevel: number): number {
  switch (principal.kind) {
    case "user":
      return principal.admin ? ACCESS_LEVELS.owner : accessLevel;
    case "bot":
      return principal.project.id === projectId ? principal.project.accessLevel : NO_ACCESS;
  }
}
