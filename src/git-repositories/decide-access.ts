/**
 * Who may fetch from a project's Git repository, and who may push to it: facts in, a decision out, no database. Which branches
 * and tags a push may change is `decide-updates.ts`.
 */
import { ACCESS_LEVELS, NO_ACCESS } from "../principals/access-level.ts";
import type { Principal, SignedInPrincipal } from "../principals/principal.ts";
import type { TokenScope } from "../principals/token-scope.ts";
import type { Visibility } from "../projects/project.entity.ts";

/** What is asked for. */
export type GitAction = "fetch" | "push";

/** What is known of the project, and of the caller in it. */
export interface GitFacts {
  readonly visibility: Visibility;
  /** The caller's highest level: direct, inherited, or an administrator's. */
  readonly accessLevel: number;
}

/** May go on; `scope` is the one that it takes, undefined where none is needed. */
export interface GitAllowed {
  readonly kind: "allowed";
  readonly scope: TokenScope | undefined;
}

/**
 * What is decided. `unauthenticated`: somebody with credentials perhaps may. `hidden`: for this caller there is no such project.
 * `scope`: the credential has none of these. `level`: the caller's is below `needed`.
 */
export type GitDecision =
  | GitAllowed
  | { readonly kind: "unauthenticated" }
  | { readonly kind: "hidden" }
  | { readonly kind: "scope"; readonly lacking: readonly TokenScope[] }
  | { readonly kind: "level"; readonly needed: number; readonly own: number };

/** The scopes that each action takes; the first that a credential has is the one that it is used for. */
const SCOPES = {
  fetch: ["read_repository", "write_repository"],
  push: ["write_repository"],
} as const satisfies Record<GitAction, readonly TokenScope[]>;

/**
 * Decides on a request.
 *
 * @param facts undefined when there is no such project
 * @see docs/spec/git.md "Who may do what"
 */
export function decideGitAccess(principal: Principal, action: GitAction, facts: GitFacts | undefined): GitDecision {
  // 1. A fetch from a public project asks nothing of anybody.
  if (facts?.visibility === "public" && action === "fetch") return { kind: "allowed", scope: undefined };
  // 2. Whoever has not said who they are is asked to, whether or not there is such a project.
  if (principal.kind === "anonymous") return { kind: "unauthenticated" };
  // 3. What a caller may not see does not exist.
  if (facts === undefined || !isVisible(principal, facts)) return { kind: "hidden" };
  // 4. The credential.
  const scope = SCOPES[action].find((each) => principal.scopes.has(each));
  if (scope === undefined) return { kind: "scope", lacking: SCOPES[action] };
  // 5. The caller.
  return decideLevel(action, facts) ?? { kind: "allowed", scope };
}

/** What is decided on a caller whose credential another door has judged already. */
export type ReadingDecision = GitAllowed | Extract<GitDecision, { readonly kind: "hidden" | "level" }>;

/**
 * Decides on a caller of the API, whose credential may read: what they may fetch.
 *
 * @param facts undefined when there is no such project
 * @see docs/spec/git.md "Reading through the API"
 */
export function decideReading(caller: SignedInPrincipal, facts: GitFacts | undefined): ReadingDecision {
  if (facts === undefined || !isVisible(caller, facts)) return { kind: "hidden" };
  return decideLevel("fetch", facts) ?? { kind: "allowed", scope: undefined };
}

/** A bot is a stranger outside its project, in an internal one too. */
function isVisible(principal: Principal, { visibility, accessLevel }: GitFacts): boolean {
  if (accessLevel > NO_ACCESS || visibility === "public") return true;
  return visibility === "internal" && principal.kind === "user";
}

/** Undefined for a level that is high enough. */
function decideLevel(
  action: GitAction,
  { visibility, accessLevel }: GitFacts,
): Extract<GitDecision, { readonly kind: "level" }> | undefined {
  const needed = levelNeeded(action, visibility);
  return accessLevel < needed ? { kind: "level", needed, own: accessLevel } : undefined;
}

function levelNeeded(action: GitAction, visibility: Visibility): number {
  if (action === "push") return ACCESS_LEVELS.developer;
  return visibility === "private" ? ACCESS_LEVELS.reporter : NO_ACCESS;
}
