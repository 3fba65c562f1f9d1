/** Lists the commits that lead to one, and shows one. */
import type { Page } from "../../database/page.ts";
import { NotFoundError } from "../../errors.ts";
import type { ProjectRepository } from "../find-repository.ts";
import type { OpenRepository, Reader, ReadingServices } from "./open-repository.ts";
import { type Commit, findCommits, readCommits } from "./read-commits.ts";
import { readRepository } from "./read-repository.ts";
import { resolveCommit } from "./resolve-commit.ts";

/** Which commits are wanted. */
export interface CommitFilter {
  /** A branch, a tag or a commit's id; undefined: the default branch. */
  readonly ref: string | undefined;
  /** By the committer's clock, both included. */
  readonly since: Date | undefined;
  readonly until: Date | undefined;
  /** Those alone that changed this file or folder. */
  readonly path: string | undefined;
}

/** The largest number that git reads; no repository has as many commits. */
const MAXIMUM_SKIP = 2_147_483_647;

/**
 * The commits that lead to one, the latest first. Nobody counts them: `more` says whether there are others.
 *
 * @throws NotFoundError `Commit`, or `Repository` where nothing was pushed yet
 * @throws what {@link readRepository} throws
 */
export async function listCommits(
  services: ReadingServices,
  reader: Reader,
  { ref, since, until, path }: CommitFilter,
  { limit, offset }: Page,
): Promise<{ readonly commits: readonly Commit[]; readonly more: boolean; readonly project: ProjectRepository }> {
  return await readRepository(services, reader, async (repository) => {
    const id = await resolveCommit(repository, ref, "Commit");
    const found = await readCommits(repository, [
      `--max-count=${limit + 1}`,
      `--skip=${Math.min(offset, MAXIMUM_SKIP)}`,
      ...(since === undefined ? [] : [`--max-age=${secondsOf(since)}`]),
      ...(until === undefined ? [] : [`--min-age=${secondsOf(until)}`]),
      "--end-of-options",
      id,
      "--",
      ...(path === undefined ? [] : [path]),
    ]);
    return { commits: found.slice(0, limit), more: found.length > limit, project: repository.project };
  });
}

/** Git knows no time before 1970. */
function secondsOf(moment: Date): number {
  return Math.max(0, Math.floor(moment.getTime() / 1000));
}

/**
 * One commit, and the project that it is in.
 *
 * @param name a branch, a tag, or at least the beginning of its id
 * @throws NotFoundError `Commit`, or `Repository` where nothing was pushed yet
 * @throws what {@link readRepository} throws
 */
export async function showCommit(
  services: ReadingServices,
  reader: Reader,
  name: string,
): Promise<{ readonly commit: Commit; readonly project: ProjectRepository }> {
  return await readRepository(services, reader, async (repository) => {
    const commit = await commitOf(repository, await resolveCommit(repository, name, "Commit"));
    return { commit, project: repository.project };
  });
}

/** @throws NotFoundError `Commit` when it is gone since */
async function commitOf(repository: OpenRepository, id: string): Promise<Commit> {
  const commit = (await findCommits(repository, [id])).get(id);
  if (commit === undefined) throw new NotFoundError("Commit");
  return commit;
}
