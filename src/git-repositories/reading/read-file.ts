/** Reads a file of a repository: what there is to say of it with its content, or its content alone as it comes. */
import { buffer } from "node:stream/consumers";
import { NotFoundError, RuleRefusedError } from "../../errors.ts";
import type { OpenRepository, Reader, ReadingServices } from "./open-repository.ts";
import { readCommits } from "./read-commits.ts";
import { type GitStream, outputOf, readRepository, streamRepository } from "./read-repository.ts";
import { resolveCommit } from "./resolve-commit.ts";
import { findEntry, type TreeEntry } from "./tree-entries.ts";

/** Which file is wanted. */
export interface WantedFile {
  /** A branch, a tag or a commit's id; undefined: the default branch. */
  readonly ref: string | undefined;
  /** From the root, without a slash at its beginning. */
  readonly path: string;
}

/** What there is to say of a file. */
export interface FoundFile {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly blobId: string;
  /** The commit that it was read from. */
  readonly commitId: string;
  readonly isExecutable: boolean;
  /** As it was asked for; else the default branch. */
  readonly ref: string;
}

/** A file, whole. */
export interface ReadFile extends FoundFile {
  /** The last commit that changed it. */
  readonly lastCommitId: string;
  readonly content: Buffer;
}

/** How much of a file is held in memory at once. */
const MAXIMUM_BYTES = 10 * 1024 * 1024;

/**
 * Reads a file whole.
 *
 * @throws NotFoundError `Commit`, `File`, or `Repository` where nothing was pushed yet
 * @throws RuleRefusedError when it is too large for that
 * @throws what {@link readRepository} throws
 */
export async function readFile(services: ReadingServices, reader: Reader, wanted: WantedFile): Promise<ReadFile> {
  return await readRepository(services, reader, async (repository) => {
    const file = await findFile(repository, wanted);
    if (file.size > MAXIMUM_BYTES) {
      const mib = MAXIMUM_BYTES / 1024 / 1024;
      throw new RuleRefusedError(
        `the file has ${file.size} bytes, and is answered as JSON up to ${mib} MiB: ask for it raw`,
      );
    }
    const args = ["--max-count=1", "--end-of-options", file.commitId, "--", file.path];
    const [last] = await readCommits(repository, args);
    const content = await buffer(outputOf(repository, blobCommand(file)));
    return { ...file, lastCommitId: last?.id ?? file.commitId, content };
  });
}

/**
 * Reads a file as it comes.
 *
 * @throws NotFoundError `Commit`, `File`, or `Repository` where nothing was pushed yet
 * @throws what {@link streamRepository} throws
 */
export async function streamFile(
  services: ReadingServices,
  reader: Reader,
  wanted: WantedFile,
): Promise<GitStream<FoundFile>> {
  return await streamRepository(services, reader, async (repository) => {
    const file = await findFile(repository, wanted);
    return { args: blobCommand(file), facts: file };
  });
}

function blobCommand({ blobId }: FoundFile): readonly string[] {
  return ["cat-file", "blob", blobId];
}

async function findFile(repository: OpenRepository, { ref, path }: WantedFile): Promise<FoundFile> {
  const commitId = await resolveCommit(repository, ref, "Commit");
  const entry = await findEntry(repository, commitId, path);
  if (!isFile(entry)) throw new NotFoundError("File");
  return {
    path,
    size: entry.size,
    blobId: entry.id,
    commitId,
    isExecutable: entry.mode === "100755",
    ref: ref ?? repository.project.defaultBranch ?? "HEAD",
  };
}

function isFile(entry: TreeEntry | undefined): entry is TreeEntry & { readonly size: number } {
  return entry?.size !== undefined;
}
