/** What foreseeing answers: what a token will be able to do and what not, in clauses that follow "it will". */
import type { RepositoryAction } from "../principals/repository-rules.ts";
import type { TokenScope } from "../principals/token-scope.ts";

/** What a clause is about: `bot`, that the token has a bot user; `api`, that it changes things through the API. */
export type Ability =
  | RepositoryAction
  | "read_api"
  | "api"
  | "self_rotate"
  | "repository"
  | "catalog"
  | "bot"
  | "other_projects";

/** Something that a token will be able to do, or will not. */
export interface ForeseenAbility {
  readonly can: boolean;
  readonly what: readonly Ability[];
  /** A clause that follows "it will", with its "not"; names and paths stand between backticks, which none of them holds. */
  readonly words: string;
}

/** A scope that gives the token nothing, and why: words that follow the scope's name. */
export interface UselessScope {
  readonly scope: TokenScope;
  readonly words: string;
}

/** What a token will be able to do. */
export interface ForeseenAccess {
  /** First what it will, then what it will not. */
  readonly abilities: readonly ForeseenAbility[];
  readonly useless: readonly UselessScope[];
  /** That pushing will fail, though it has the scope for it; undefined where it will not. */
  readonly warning: string | undefined;
}
