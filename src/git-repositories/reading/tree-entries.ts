/** What lies in the tree of a commit: files, folders, links and submodules, as `git ls-tree` tells them. */
import { gatherFields, readFields } from "./nul-fields.ts";
import type { OpenRepository } from "./open-repository.ts";
import { outputOf } from "./read-repository.ts";

/** A file, a folder, or the commit of a submodule. */
export interface TreeEntry {
  /** Six octal digits: `100644` for a file. */
  readonly mode: string;
  readonly type: "blob" | "tree" | "commit";
  readonly id: string;
  /** In bytes; undefined for what is no file. */
  readonly size: number | undefined;
  /** From the root, without a slash at the beginning. */
  readonly path: string;
}

/** Far more than any path that can be checked out has. */
const MAXIMUM_ENTRY_BYTES = 64 * 1024;

const ENTRY = /^(\d{6}) (blob|tree|commit) ([0-9a-f]{40}) +(\d+|-)\t(.*)$/s;

/** What stands at a path, as it is written; undefined when nothing does. */
export async function findEntry(
  repository: OpenRepository,
  commit: string,
  path: string,
): Promise<TreeEntry | undefined> {
  const args = ["ls-tree", "-z", "--long", "--full-tree", "--end-of-options", commit, path];
  const [line] = await gatherFields(outputOf(repository, args), MAXIMUM_ENTRY_BYTES);
  return line === undefined ? undefined : readEntry(line);
}

/**
 * What lies in a tree, in git's order, as it is read.
 *
 * @param tree the id of a commit or a tree; paths begin there
 * @param isRecursive with all that lies in its folders
 */
export async function* listEntries(
  repository: OpenRepository,
  tree: string,
  isRecursive: boolean,
): AsyncGenerator<TreeEntry, void> {
  const depth = isRecursive ? ["-r", "-t"] : [];
  const args = ["ls-tree", "-z", "--long", "--full-tree", ...depth, "--end-of-options", tree];
  for await (const line of readFields(outputOf(repository, args), MAXIMUM_ENTRY_BYTES)) yield readEntry(line);
}

function readEntry(line: string): TreeEntry {
  const [, mode, type, id, size, path] = ENTRY.exec(line) ?? [];
  if (
    mode === undefined ||
    id === undefined ||
    path === undefined ||
    (type !== "blob" && type !== "tree" && type !== "commit")
  )
    throw new Error("git ls-tree said what cannot be read");
  return { mode, type, id, size: type === "blob" ? Number(size) : undefined, path };
}
