/** Says of a push what its events say: how many commits, and the title of the last. It asks git, after the fact. */
import type { PushData } from "../events/push-data.ts";
import { branchOf, isCreation, isDeletion, type RefUpdate } from "./decide-updates.ts";
import type { GitProgram } from "./find-git.ts";
import { runGit } from "./run-git.ts";

/** Up to here commits are counted. */
const COUNTED_COMMITS = 10_000;

/** More branches, or tags, of which one push does the same become one event. @see GitLab "push_event_activities_limit" */
const MAXIMUM_EVENTS = 3;

/** More than the beginning that an event keeps of a title, which may itself have any length. */
const TITLE_BYTES = 4096;

/** What is asked, and of which repository. */
export interface PushedRepository {
  readonly program: GitProgram;
  readonly directory: string;
}

/**
 * The events of the updates of a push: one a ref. More than three branches that it creates, moves or deletes become one event,
 * which says how many there are; and so do tags. Notes have none.
 *
 * @see docs/spec/git.md "Hooks and events"
 */
export async function describePush(
  repository: PushedRepository,
  updates: readonly RefUpdate[],
): Promise<readonly PushData[]> {
  const shown = updates.filter(({ ref }) => typeOf(ref) !== undefined);
  const groups = Map.groupBy(shown, (update) => `${typeOf(update.ref)} ${actionOf(update)}`);
  const described = Array.from(groups.values(), ([first, ...others]) => {
    if (first === undefined) return [];
    if (others.length >= MAXIMUM_EVENTS) return [sumUp(first, others.length + 1)];
    return [first, ...others].map((update) => describe(repository, update));
  });
  return await Promise.all(described.flat());
}

/** Of updates that are like the first. */
function sumUp(first: RefUpdate, refCount: number): PushData {
  return {
    action: actionOf(first),
    refType: typeOf(first.ref) ?? "branch",
    refCount,
    ref: null,
    commitFrom: null,
    commitTo: null,
    commitCount: 0,
    commitTitle: null,
  };
}

async function describe(repository: PushedRepository, update: RefUpdate): Promise<PushData> {
  const { ref, from, to } = update;
  const refType = typeOf(ref) ?? "branch";
  const isGone = isDeletion(update);
  return {
    action: actionOf(update),
    refType,
    refCount: null,
    ref: ref.replace(/^refs\/(?:heads|tags)\//, ""),
    commitFrom: isCreation(update) ? null : from,
    commitTo: isGone ? null : to,
    commitCount: isGone || refType === "tag" ? 0 : await countCommits(repository, update),
    commitTitle: isGone ? null : await findTitle(repository, to),
  };
}

function typeOf(ref: string): PushData["refType"] | undefined {
  if (branchOf(ref) !== undefined) return "branch";
  return ref.startsWith("refs/tags/") ? "tag" : undefined;
}

function actionOf(update: RefUpdate): PushData["action"] {
  if (isDeletion(update)) return "removed";
  return isCreation(update) ? "created" : "pushed";
}

/** Those that were not there before; of a new branch, those that no other branch has. */
async function countCommits({ program, directory }: PushedRepository, update: RefUpdate): Promise<number> {
  const { ref, from, to } = update;
  const known = isCreation(update)
    ? [`--exclude=${escapePattern(branchOf(ref) ?? "")}`, "--not", "--branches"]
    : [`^${from}`];
  const args = ["rev-list", "--count", `--max-count=${COUNTED_COMMITS}`, to, ...known, "--"];
  const { code, stdout } = await runGit(program, { directory, args });
  // What was overwritten may be gone already: then nothing is said of how many came.
  return code === 0 ? Number(stdout) : 0;
}

/** `--exclude` takes a pattern, of names without `refs/heads/` where `--branches` follows. */
function escapePattern(ref: string): string {
  return ref.replaceAll(/[[\]\\*?]/g, "\\$&");
}

async function findTitle({ program, directory }: PushedRepository, id: string): Promise<string | null> {
  // Of a tag with a message, the commit that it names; a tag may name something else, which has no title.
  const args = ["log", "--no-show-signature", "-1", "--format=%s", "--end-of-options", `${id}^{commit}`, "--"];
  const { code, stdout } = await runGit(program, { directory, args, wantedBytes: TITLE_BYTES });
  if (code !== 0) return null;
  return stdout.trim() || null;
}
