/** What the protection of the default branch comes to for a branch and whoever looks at it: facts in, facts out. */
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { PushFacts } from "./decide-updates.ts";

/** A branch, as somebody sees it. */
export interface BranchRules {
  readonly isDefault: boolean;
  readonly isProtected: boolean;
  /** Whether Developers may push to it although it is protected. */
  readonly developersMayPush: boolean;
  /** Whether whoever looks may push to it. */
  readonly mayPush: boolean;
}

/** The rules of a branch. @see docs/spec/git.md "Who may do what" */
export function rulesOfBranch(
  branch: string,
  { accessLevel, protection, defaultBranch }: Pick<PushFacts, "accessLevel" | "protection" | "defaultBranch">,
): BranchRules {
  const isDefault = branch === defaultBranch;
  const needed = isDefault && protection === 2 ? ACCESS_LEVELS.maintainer : ACCESS_LEVELS.developer;
  return {
    isDefault,
    isProtected: isDefault && protection > 0,
    developersMayPush: isDefault && protection === 1,
    mayPush: accessLevel >= needed,
  };
}
