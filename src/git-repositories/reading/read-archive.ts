/** Packs a repository: the files of one commit as an archive, or all of its history as a bundle. */
import { NotFoundError } from "../../errors.ts";
import { lastSegment } from "../../namespaces/path.ts";
import type { Reader, ReadingServices } from "./open-repository.ts";
import { type GitStream, streamRepository } from "./read-repository.ts";
import { hasRefs } from "./refs.ts";
import { resolveCommit } from "./resolve-commit.ts";
import { findEntry } from "./tree-entries.ts";

/** The forms of an archive, as the endings of their files' names. */
export type ArchiveFormat = "tar.gz" | "zip";

/** Which files are wanted. */
export interface WantedArchive {
  /** A branch, a tag or a commit's id; undefined: the default branch. */
  readonly ref: string | undefined;
  /** The folder or file that is wanted; empty: all. */
  readonly path: string;
  readonly format: ArchiveFormat;
}

/** What there is to say of what is packed. */
export interface Packed {
  readonly filename: string;
}

/**
 * An archive of the files of a commit, all of them in one folder that is called like it.
 *
 * @throws NotFoundError `File`, or `Repository` where nothing was pushed yet
 * @throws what {@link streamRepository} throws
 */
export async function streamArchive(
  services: ReadingServices,
  reader: Reader,
  { ref, path, format }: WantedArchive,
): Promise<GitStream<Packed>> {
  return await streamRepository(services, reader, async (repository) => {
    const commit = await resolveCommit(repository, ref, "File");
    if (path !== "" && (await findEntry(repository, commit, path)) === undefined) throw new NotFoundError("File");
    const { defaultBranch = "HEAD", path: project } = repository.project;
    const parts = [lastSegment(project), ref ?? defaultBranch, commit, ...(path === "" ? [] : [path])];
    const name = parts.map((part) => part.replaceAll("/", "-")).join("-");
    const wanted = path === "" ? [commit] : [commit, path];
    const args = ["archive", `--format=${format}`, `--prefix=${name}/`, "--end-of-options", ...wanted];
    return { args, facts: { filename: `${name}.${format}` } };
  });
}

/**
 * A bundle of all branches, tags and notes: what `git clone` takes in the place of an address.
 *
 * @throws NotFoundError `Repository` where nothing was pushed yet
 * @throws what {@link streamRepository} throws
 */
export async function streamBundle(services: ReadingServices, reader: Reader): Promise<GitStream<Packed>> {
  return await streamRepository(services, reader, async (repository) => {
    if (!(await hasRefs(repository))) throw new NotFoundError("Repository");
    const filename = `${lastSegment(repository.project.path)}.bundle`;
    return { args: ["bundle", "create", "--quiet", "-", "--all"], facts: { filename } };
  });
}
