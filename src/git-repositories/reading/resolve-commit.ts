/** From what a client calls a commit to the commit's id: a branch, a tag, `HEAD`, or the beginning of an id, and no other syntax. */
import { NotFoundError } from "../../errors.ts";
import { gatherFields } from "./nul-fields.ts";
import type { OpenRepository } from "./open-repository.ts";
import { outputOf } from "./read-repository.ts";
import { isFullObjectId, isObjectId, isRefName } from "./ref-name.ts";
import { findRef, hasRefs, type RefNamespace } from "./refs.ts";

/** Git's own order: a tag before a branch of the same name. */
const NAMESPACES: readonly RefNamespace[] = ["refs/tags/", "refs/heads/"];

/**
 * The id of the commit that a client means; without a name, the default branch's.
 *
 * @param missing what the client looks for, in the words of the error
 * @throws NotFoundError `Repository` where nothing was pushed yet, else `missing`
 */
export async function resolveCommit(
  repository: OpenRepository,
  name: string | undefined,
  missing: "Commit" | "Tree" | "File",
): Promise<string> {
  const id =
    name === undefined || name === "HEAD" ? await defaultCommit(repository) : await namedCommit(repository, name);
  if (id !== undefined) return id;
  throw new NotFoundError((await hasRefs(repository)) ? missing : "Repository");
}

/** The commit of the default branch; undefined where there is none. */
export async function defaultCommit(repository: OpenRepository): Promise<string | undefined> {
  const { defaultBranch } = repository.project;
  return defaultBranch === undefined ? undefined : (await findRef(repository, "refs/heads/", defaultBranch))?.id;
}

async function namedCommit(repository: OpenRepository, name: string): Promise<string | undefined> {
  if (isFullObjectId(name)) return await reachableCommit(repository, name);
  if (!isRefName(name)) return undefined;
  const namespace = NAMESPACES.find((each) => name.startsWith(each));
  const refs =
    namespace === undefined
      ? await Promise.all(NAMESPACES.map((each) => findRef(repository, each, name)))
      : [await findRef(repository, namespace, name.slice(namespace.length))];
  const ref = refs.find((each) => each !== undefined);
  if (ref !== undefined) return (await peelToCommits(repository, [ref.id]))[0];
  return isObjectId(name) ? await reachableCommit(repository, name) : undefined;
}

/**
 * The commits that ids stand for, in the same order: their own, or what a tag names in the end. Undefined for what is no
 * commit, is not there, or fits several.
 */
export async function peelToCommits(
  repository: OpenRepository,
  ids: readonly string[],
): Promise<readonly (string | undefined)[]> {
  if (ids.length === 0) return [];
  const input = ids.map((id) => `${id}^{commit}\0`).join("");
  const args = ["cat-file", "--batch-check=%(objectname)", "-z"];
  const [output = ""] = await gatherFields(withEnd(outputOf(repository, args, input)), MAXIMUM_BYTES);
  const lines = output.split("\n");
  return ids.map((_, index) => (isFullObjectId(lines[index] ?? "") ? lines[index] : undefined));
}

/** A page of ids takes 5 KB. */
const MAXIMUM_BYTES = 100_000;

/** What a fetch does not give, reading does not either: a commit that was pushed away is as good as gone. */
async function reachableCommit(repository: OpenRepository, id: string): Promise<string | undefined> {
  const [commit] = await peelToCommits(repository, [id.toLowerCase()]);
  if (commit === undefined) return undefined;
  const args = ["rev-list", "--max-count=1", "--not", "--branches", "--tags", "--not", "--end-of-options", commit];
  const unreachable = await gatherFields(withEnd(outputOf(repository, args)), MAXIMUM_BYTES);
  return unreachable.join("") === "" ? commit : undefined;
}

/** An output of lines, as one field. */
async function* withEnd(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  yield* pieces;
  yield Buffer.of(0);
}
