/** What explaining answers: the questions that the deciding code asked, in its order, each with a sentence. */
import type { TokenStep } from "../authentication/judge-access-token.ts";
import type { RepositoryAction, RepositoryRule } from "../principals/repository-rules.ts";
import type { Visibility } from "../projects/project.entity.ts";
import type { RegistryAccess } from "../signing/registry-jwt.ts";
import type { CatalogStep, PolicyStep } from "./policy.ts";
import type { ANY_ACTION, RequestedScope } from "./requested-scope.ts";

/** A rule of the token that is asked about, and its place among them: the first is 1. */
export interface NumberedRule extends RepositoryRule {
  readonly number: number;
}

/** A question that was asked. */
export interface ExplainedStep {
  readonly step: TokenStep | PolicyStep | CatalogStep;
  /** Whether it allowed to go on; null: it was not asked. */
  readonly passed: boolean | null;
  /** What the answer means; of a question that refused, also what to do. */
  readonly message: string;
  /** The rule that allowed it. */
  readonly rule?: NumberedRule | undefined;
}

/** One action that was asked for, on a repository or on the catalog. */
export interface ExplainedAction {
  readonly type: RequestedScope["type"];
  readonly name: string;
  readonly action: RepositoryAction | typeof ANY_ACTION;
  readonly granted: boolean;
  /** Whether it is granted, or why not and what to do, in one sentence. */
  readonly message: string;
  /** None where the credential was refused before. */
  readonly steps: readonly ExplainedStep[];
}

/** Something about a scope that nobody was refused for: a part that was dropped, or `*`. */
export interface ScopeNote {
  readonly scope: string;
  readonly message: string;
}

/** The project that holds a repository, where the caller is told which, and the caller's own level in it. */
export interface ExplainedProject {
  readonly path: string;
  readonly visibility: Visibility;
  readonly callerLevel: number;
}

/** What would be granted, and why. */
export interface Explanation {
  readonly requested: readonly RequestedScope[];
  /** As the token endpoint's `access` claim. */
  readonly granted: readonly RegistryAccess[];
  readonly notes: readonly ScopeNote[];
  /** What is asked of the credential itself, before any repository. */
  readonly steps: readonly ExplainedStep[];
  readonly actions: readonly ExplainedAction[];
  /** The projects of the repositories, by the repositories' names. */
  readonly projects: ReadonlyMap<string, ExplainedProject>;
}
