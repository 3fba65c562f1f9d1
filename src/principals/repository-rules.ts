/**
 * Repository rules: what of its project's repositories an access token reaches, and with which actions. They narrow only:
 * what scopes, level or project do not allow, no rule does.
 */
import { RepositoryPatterns } from "./repository-patterns.ts";

/** The actions on a repository, in the order in which answers list them. */
export const REPOSITORY_ACTIONS = ["pull", "push", "delete"] as const;
/** An action on a repository. */
export type RepositoryAction = (typeof REPOSITORY_ACTIONS)[number];

/** One rule: some repositories, by patterns relative to the project, with some actions. */
export interface RepositoryRule {
  readonly repositories: readonly string[];
  readonly actions: readonly RepositoryAction[];
}

/** How many rules a token may have, and how many patterns a rule. */
export const MAXIMUM_RULES = 20;
export const MAXIMUM_PATTERNS = 20;

/** How long the patterns of all rules of a token may be together, in characters: what bounds the work of one request. */
export const MAXIMUM_PATTERN_CHARACTERS = 8192;

/** The rules of a token, ready to be asked. @see docs/spec/access-tokens.md "Repository rules" */
export class RepositoryRules {
  /** As they were given. */
  readonly rules: readonly RepositoryRule[];
  readonly #patterns: readonly RepositoryPatterns[];
  /** The name that was asked about last, with which most are asked about again, and the rules that it matches. */
  #last: { readonly name: string; readonly matching: readonly RepositoryRule[] } | undefined;

  constructor(rules: readonly RepositoryRule[]) {
    this.rules = rules;
    this.#patterns = rules.map(({ repositories }) => new RepositoryPatterns(repositories));
  }

  /** What it takes in memory, about. */
  get bytes(): number {
    return this.#patterns.reduce((sum, { bytes }) => sum + bytes + OBJECT_BYTES, 0);
  }

  /**
   * The first rule that allows an action on a repository, undefined when none does.
   *
   * @param name relative to the project: `""` for the project's own repository
   */
  allowing(action: RepositoryAction, name: string): RepositoryRule | undefined {
    return this.#matching(name).find(({ actions }) => actions.includes(action));
  }

  #matching(name: string): readonly RepositoryRule[] {
    if (this.#last?.name !== name) {
      this.#last = { name, matching: this.rules.filter((_rule, index) => this.#patterns[index]?.matches(name)) };
    }
    return this.#last.matching;
  }
}

/** What the objects of a rule take besides their bits; measured. */
const OBJECT_BYTES = 2_000;
