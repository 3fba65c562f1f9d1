/** What a push by Git did, as its event keeps it. */

/** What events of pushes by Git say was done: to a branch that there was, to a new one or a tag, and a deletion of either. */
export const GIT_ACTIONS = ["pushed_to", "pushed_new", "deleted"] as const;
/** One of these actions. */
export type GitAction = (typeof GIT_ACTIONS)[number];

/** What becomes of a ref. */
export const PUSH_ACTIONS = ["created", "pushed", "removed"] as const;

/** The kinds of refs that events tell of. */
export const REF_TYPES = ["branch", "tag"] as const;

/** What a push did to one ref; or to several of one kind, the same to each. @see docs/spec/git.md "Hooks and events" */
export interface PushData {
  readonly action: (typeof PUSH_ACTIONS)[number];
  readonly refType: (typeof REF_TYPES)[number];
  /** The name without `refs/heads/` or `refs/tags/`; null for several. */
  readonly ref: string | null;
  /** How many refs, where there are several; null for one. */
  readonly refCount: number | null;
  /** How many commits came. */
  readonly commitCount: number;
  /** What the ref pointed to before; null where there was none, and for several. */
  readonly commitFrom: string | null;
  /** What it points to now; null where it is gone, and for several. */
  readonly commitTo: string | null;
  /** The first line of that commit's message, of which an event keeps 70 characters. */
  readonly commitTitle: string | null;
}

/** What an event calls each of what can become of a ref. */
const ACTION_OF = {
  created: "pushed_new",
  pushed: "pushed_to",
  removed: "deleted",
} as const satisfies Record<PushData["action"], GitAction>;

/** What the event of a push says was done. */
export function gitActionOf({ action }: PushData): GitAction {
  return ACTION_OF[action];
}

/** As in GitLab. */
const TITLE_CHARACTERS = 70;

/** A push as its event keeps it: titles come from whoever commits, of any length, and with what no database takes for text. */
export function keptPush(push: PushData): PushData {
  // A character has one or two units.
  const beginning = push.commitTitle?.slice(0, 2 * (TITLE_CHARACTERS + 1)) ?? "";
  const characters = Array.from(beginning.replaceAll("\0", "").toWellFormed());
  const isLong = characters.length > TITLE_CHARACTERS;
  const kept = isLong ? [...characters.slice(0, TITLE_CHARACTERS - 1), "…"] : characters;
  return { ...push, commitTitle: kept.join("") || null };
}
