/** Lists what lies in a folder of a repository. */
import type { Page } from "../../database/page.ts";
import { NotFoundError } from "../../errors.ts";
import type { OpenRepository, Reader, ReadingServices } from "./open-repository.ts";
import { readRepository } from "./read-repository.ts";
import { resolveCommit } from "./resolve-commit.ts";
import { findEntry, listEntries, type TreeEntry } from "./tree-entries.ts";

/** Which folder is wanted. */
export interface WantedTree {
  /** A branch, a tag or a commit's id; undefined: the default branch. */
  readonly ref: string | undefined;
  /** From the root, without slashes at its ends; empty: the root itself. */
  readonly path: string;
  /** With all that lies in its folders. */
  readonly isRecursive: boolean;
}

/** A page of what lies in a folder. */
export interface TreePage {
  readonly entries: readonly TreeEntry[];
  /** Undefined where there are more than are counted; `more` then says whether there is a next page. */
  readonly total: number | undefined;
  readonly more: boolean;
}

/** Up to here entries are counted. */
const COUNTED_ENTRIES = 10_000;

/**
 * A page of what lies in a folder, in git's order.
 *
 * @throws NotFoundError `Tree`, or `Repository` where nothing was pushed yet
 * @throws what {@link readRepository} throws
 */
export async function readTree(
  services: ReadingServices,
  reader: Reader,
  { ref, path, isRecursive }: WantedTree,
  { limit, offset }: Page,
): Promise<TreePage> {
  return await readRepository(services, reader, async (repository) => {
    const commit = await resolveCommit(repository, ref, "Tree");
    const tree = path === "" ? commit : await findFolder(repository, commit, path);
    const prefix = path === "" ? "" : `${path}/`;
    const entries: TreeEntry[] = [];
    let seen = 0;
    for await (const entry of listEntries(repository, tree, isRecursive)) {
      // Neither wanted nor counted: git is ended here.
      if (seen >= Math.max(COUNTED_ENTRIES, offset + limit)) return { entries, total: undefined, more: true };
      if (seen >= offset && entries.length < limit) entries.push({ ...entry, path: prefix + entry.path });
      seen += 1;
    }
    return { entries, total: seen, more: false };
  });
}

async function findFolder(repository: OpenRepository, commit: string, path: string): Promise<string> {
  const entry = await findEntry(repository, commit, path);
  if (entry?.type !== "tree") throw new NotFoundError("Tree");
  return entry.id;
}
