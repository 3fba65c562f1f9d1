/** Which branches, tags and notes a push may create, move and delete: facts in, a decision out. It knows no git and no database. */
import { ACCESS_LEVELS, nameOfLevel } from "../principals/access-level.ts";

/** How the default branch is protected. @see docs/spec/git.md "Who may do what" */
export type DefaultBranchProtection = 0 | 1 | 2;

/** One line of a push. An id that is all zeros stands for "none". */
export interface RefUpdate {
  /** The full name: `refs/heads/main`. */
  readonly ref: string;
  /** 40 hexadecimal digits. */
  readonly from: string;
  readonly to: string;
}

/** The facts about a push. */
export interface PushFacts {
  readonly accessLevel: number;
  readonly protection: DefaultBranchProtection;
  /** The short name; undefined while nothing was pushed to the repository. */
  readonly defaultBranch: string | undefined;
  /** Whether the commit that an update leads away from is an ancestor of the one that it leads to. */
  readonly isForward: (update: RefUpdate) => Promise<boolean>;
}

/** The id that stands for "none". */
export const NO_OBJECT = "0".repeat(40);

/** Whether an update deletes its ref. */
export function isDeletion({ to }: RefUpdate): boolean {
  return to === NO_OBJECT;
}

/** Whether an update makes a ref that was not there. */
export function isCreation({ from }: RefUpdate): boolean {
  return from === NO_OBJECT;
}

/** The namespaces that a push may change: git itself refuses the others, each alone, and lets the rest through. */
const OPEN_NAMESPACES = ["refs/heads/", "refs/tags/", "refs/notes/"];

/** Those of the updates that git goes on with: of what is hidden (`refs/pull/1/head`), a hook is told all the same. */
export function withoutHidden(updates: readonly RefUpdate[]): readonly RefUpdate[] {
  return updates.filter(({ ref }) => OPEN_NAMESPACES.some((namespace) => ref.startsWith(namespace)));
}

const BRANCH = /^refs\/heads\/(.*)$/s;
const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;
const MAXIMUM_NAME_BYTES = 255;

/** The short name of a branch; undefined for what is none. */
export function branchOf(ref: string): string | undefined {
  return BRANCH.exec(ref)?.[1];
}

/**
 * The branch that becomes the default one of a repository which had none: `main`, `master`, or the first that is pushed.
 * Undefined where no branch is.
 */
export function firstDefaultBranch(updates: readonly RefUpdate[]): string | undefined {
  const branches = updates.filter((update) => !isDeletion(update)).flatMap(({ ref }) => branchOf(ref) ?? []);
  return ["main", "master"].find((name) => branches.includes(name)) ?? branches[0];
}

/**
 * Why a push is refused, as a sentence; undefined for one that may go on. One update that may not be refuses all of them.
 *
 * @see docs/spec/git.md "Who may do what"
 */
export async function refusePush(updates: readonly RefUpdate[], facts: PushFacts): Promise<string | undefined> {
  const protectedBranch = facts.defaultBranch ?? firstDefaultBranch(updates);
  for (const update of updates) {
    const problem =
      unusableName(update) ??
      // Where nothing is protected, what is no branch is not protected either.
      (protectedBranch !== undefined && branchOf(update.ref) === protectedBranch
        ? await refuseDefaultBranch(update, facts)
        : undefined);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Git accepts these names, and its own commands then take them for options or for objects. What there is may be deleted. */
function unusableName(update: RefUpdate): string | undefined {
  if (isDeletion(update)) return undefined;
  const { ref } = update;
  if (Buffer.byteLength(ref) > MAXIMUM_NAME_BYTES) return `the name of a ref has at most ${MAXIMUM_NAME_BYTES} bytes`;
  const branch = branchOf(ref);
  if (branch === undefined) return undefined;
  if (branch === "HEAD") return "a branch may not be called HEAD: that names the default branch";
  if (branch.startsWith("-"))
    return "the name of a branch may not begin with a hyphen: it would be taken for an option";
  if (OBJECT_ID.test(branch))
    return "the name of a branch may not be 40 or 64 hexadecimal digits: it would be taken for a commit";
  return undefined;
}

async function refuseDefaultBranch(update: RefUpdate, facts: PushFacts): Promise<string | undefined> {
  const { accessLevel, protection, isForward } = facts;
  if (isDeletion(update)) return "The default branch of a project cannot be deleted.";
  if (protection === 0) return undefined;
  if (protection === 2 && accessLevel < ACCESS_LEVELS.maintainer) {
    return (
      "You are not allowed to push code to protected branches on this project: the default branch takes the level Maintainer, " +
      `and yours is ${nameOfLevel(accessLevel)}.`
    );
  }
  if (isCreation(update) || (await isForward(update))) return undefined;
  return "You are not allowed to force push code to a protected branch on this project.";
}
