/**
 * Who may do what to a repository: facts in, actions out. Pure, so that a test can hold the whole table. An action is
 * allowed only where the project, the credential's scopes, the level in the project and the credential's rules all allow it.
 */
import { ACCESS_LEVELS, NO_ACCESS } from "../principals/access-level.ts";
import { isAdministrator, type Principal, type SignedInPrincipal } from "../principals/principal.ts";
import { REPOSITORY_ACTIONS, type RepositoryAction } from "../principals/repository-rules.ts";
import type { TokenScope } from "../principals/token-scope.ts";
import type { ImageFacts } from "../projects/find-image-facts.ts";
import { ANY_ACTION, type RepositoryScope } from "./requested-scope.ts";

/** What is asked about each action, in this order. The first question with an answer that decides is the last. */
export const POLICY_STEPS = [
  /** Is the repository of a project? */
  "project",
  /** Has the project a registry? */
  "registry",
  /** Is it a pull from a public project? Then nothing else is asked. */
  "public",
  /** Is there a credential at all? */
  "credential",
  /** Has the credential the scope that the action needs? */
  "scope",
  /** Is the level in the project high enough? */
  "level",
  /** Does one of the credential's repository rules allow it? */
  "rules",
] as const;
/** One of the questions. */
export type PolicyStep = (typeof POLICY_STEPS)[number];

/** What is asked about the catalog, in this order. */
export const CATALOG_STEPS = [
  /** Is it an administrator who asks? */
  "administrator",
  /** Has the credential the scope that the catalog needs? */
  "scope",
] as const;
/** One of the questions. */
export type CatalogStep = (typeof CATALOG_STEPS)[number];

/**
 * Is told of each question that was asked about an action on a repository, or about the one action on the catalog, and
 * whether it allowed to go on.
 */
export type PolicyRecorder = (
  ...question:
    | [action: RepositoryAction, step: PolicyStep, passed: boolean]
    | [action: typeof ANY_ACTION, step: CatalogStep, passed: boolean]
) => void;

/** The scope that an action needs, where the project does not allow it to everybody. */
export const SCOPE_OF_ACTION = {
  pull: "read_registry",
  push: "write_registry",
  delete: "delete_registry",
} as const satisfies Record<RepositoryAction, TokenScope>;

/** The level that an action needs: for pull in a private project. */
export const LEVEL_OF_ACTION = {
  pull: ACCESS_LEVELS.reporter,
  push: ACCESS_LEVELS.developer,
  delete: ACCESS_LEVELS.maintainer,
} as const satisfies Record<RepositoryAction, number>;

/** The scope by which a credential has an action in a project; undefined for a pull that everybody has. */
export function scopeNeeded(action: RepositoryAction, { project }: ImageFacts): TokenScope | undefined {
  return action === "pull" && project.visibility === "public" ? undefined : SCOPE_OF_ACTION[action];
}

/** The scope by which a credential has the catalog. */
export const CATALOG_SCOPE: TokenScope = "read_registry";

/** A repository by its whole name, and what is known of the project that holds it; undefined when none does. */
export interface Repository {
  readonly name: string;
  readonly facts: ImageFacts | undefined;
}

/**
 * The actions that a principal has on a repository.
 *
 * @see docs/spec/registry-auth.md "Who may do what"
 */
export function allowedActions(
  principal: Principal,
  repository: Repository,
  record: PolicyRecorder = ignore,
): RepositoryAction[] {
  return REPOSITORY_ACTIONS.filter((action) => allows(action, principal, repository, record));
}

/** What of a request is granted: requested and allowed; `*` stands for every allowed action, and is never granted itself. */
export function grantedActions(requested: RepositoryScope, allowed: readonly RepositoryAction[]): RepositoryAction[] {
  return requested.actions.has(ANY_ACTION) ? [...allowed] : allowed.filter((action) => requested.actions.has(action));
}

/** Whether a principal may list the registry's catalog: administrators only, within their credential's scopes. */
export function allowsCatalog(principal: Principal, record: PolicyRecorder = ignore): boolean {
  const passes = (step: CatalogStep, passed: boolean): boolean => {
    record(ANY_ACTION, step, passed);
    return passed;
  };
  if (!isAdministrator(principal)) return passes("administrator", false);
  passes("administrator", true);
  return passes("scope", principal.scopes.has(CATALOG_SCOPE));
}

/** An administrator is Owner everywhere; a bot has its level in its own project and none elsewhere. */
export function effectiveLevel(principal: SignedInPrincipal, { project, accessLevel }: ImageFacts): number {
  switch (principal.kind) {
    case "user":
      return principal.admin ? ACCESS_LEVELS.owner : accessLevel;
    case "bot":
      return principal.project.id === project.id ? principal.project.accessLevel : NO_ACCESS;
  }
}

/** A repository's name within its project: `""` for the project's own. */
export function nameInProject(name: string, projectPath: string): string {
  return name.slice(projectPath.length + 1);
}

const ignore: PolicyRecorder = () => {};

function allows(
  action: RepositoryAction,
  principal: Principal,
  { name, facts }: Repository,
  record: PolicyRecorder,
): boolean {
  const passes = (step: PolicyStep, passed: boolean): boolean => {
    record(action, step, passed);
    return passed;
  };
  if (facts === undefined) return passes("project", false);
  passes("project", true);
  const { project } = facts;
  if (!passes("registry", project.containerRegistryEnabled)) return false;
  const scope = scopeNeeded(action, facts);
  if (scope === undefined) return passes("public", true);
  if (principal.kind === "anonymous") return passes("credential", false);
  passes("credential", true);
  return (
    passes("scope", principal.scopes.has(scope)) &&
    passes("level", levelAllows(principal, action, facts)) &&
    passes("rules", rulesAllow(principal, action, nameInProject(name, project.path)))
  );
}

/** Only bots have rules; whoever has a level here is in the project that they are relative to. */
function rulesAllow(principal: SignedInPrincipal, action: RepositoryAction, name: string): boolean {
  const rules = principal.kind === "bot" ? principal.repositoryRules : undefined;
  return rules === undefined || rules.allowing(action, name) !== undefined;
}

function levelAllows(principal: SignedInPrincipal, action: RepositoryAction, facts: ImageFacts): boolean {
  const { project } = facts;
  if (action === "pull" && project.visibility === "internal") {
    // Any human; a bot counts as signed in only in its own project.
    return principal.kind === "user" || principal.project.id === project.id;
  }
  return effectiveLevel(principal, facts) >= LEVEL_OF_ACTION[action];
}
