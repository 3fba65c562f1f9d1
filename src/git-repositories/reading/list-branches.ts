/** Lists a repository's branches, and finds one. */
import type { Page } from "../../database/page.ts";
import { NotFoundError } from "../../errors.ts";
import { type BranchRules, rulesOfBranch } from "../branch-protection.ts";
import type { ProjectRepository } from "../find-repository.ts";
import { gatherFields } from "./nul-fields.ts";
import type { OpenRepository, Reader, ReadingServices } from "./open-repository.ts";
import { type Commit, findCommits } from "./read-commits.ts";
import { outputOf, readRepository } from "./read-repository.ts";
import { isRefName } from "./ref-name.ts";
import { findRef, listRefs, MAXIMUM_NAME_BYTES, type Ref } from "./refs.ts";
import { defaultCommit } from "./resolve-commit.ts";

/** A branch. */
export interface Branch extends BranchRules {
  readonly name: string;
  readonly commit: Commit;
  /** Whether the default branch has all of it, and more. */
  readonly isMerged: boolean;
}

const NAMESPACE = "refs/heads/";

/**
 * A page of the branches, by name, and how many there are.
 *
 * @param search as in `RefFilter`
 * @throws what {@link readRepository} throws
 */
export async function listBranches(
  services: ReadingServices,
  reader: Reader,
  search: string | undefined,
  page: Page,
): Promise<{ readonly branches: readonly Branch[]; readonly total: number; readonly project: ProjectRepository }> {
  return await readRepository(services, reader, async (repository) => {
    const { refs, total } = await listRefs(repository, { namespace: NAMESPACE, search, sort: "refname" }, page);
    return { branches: await describe(services, repository, refs), total, project: repository.project };
  });
}

/**
 * One branch.
 *
 * @throws NotFoundError `Branch`
 * @throws what {@link readRepository} throws
 */
export async function showBranch(
  services: ReadingServices,
  reader: Reader,
  name: string,
): Promise<{ readonly branch: Branch; readonly project: ProjectRepository }> {
  return await readRepository(services, reader, async (repository) => {
    const ref = isRefName(name) ? await findRef(repository, NAMESPACE, name) : undefined;
    const [branch] = ref === undefined ? [] : await describe(services, repository, [ref]);
    if (branch === undefined) throw new NotFoundError("Branch");
    return { branch, project: repository.project };
  });
}

async function describe(
  { config }: ReadingServices,
  repository: OpenRepository,
  refs: readonly Ref[],
): Promise<readonly Branch[]> {
  const commits = await findCommits(
    repository,
    refs.map(({ id }) => id),
  );
  const merged = await findMerged(repository, refs);
  const { accessLevel, defaultBranch } = repository.project;
  const facts = { accessLevel, defaultBranch, protection: config.git.defaultBranchProtection };
  return refs.flatMap(({ name, id }) => {
    const commit = commits.get(id);
    if (commit === undefined) return [];
    return [{ name, commit, isMerged: merged.has(name), ...rulesOfBranch(name, facts) }];
  });
}

async function findMerged(repository: OpenRepository, refs: readonly Ref[]): Promise<ReadonlySet<string>> {
  const head = await defaultCommit(repository);
  // What is at the same commit has nothing of its own that could have been merged: GitLab says no too.
  const candidates = refs.filter(({ id }) => id !== head).map(({ name }) => `${NAMESPACE}${name}`);
  if (head === undefined || candidates.length === 0) return new Set();
  const args = ["for-each-ref", `--merged=${head}`, "--format=%(refname)%00", "--end-of-options", ...candidates];
  const names = await gatherFields(outputOf(repository, args), MAXIMUM_NAME_BYTES);
  return new Set(names.map((line) => line.trimStart().slice(NAMESPACE.length)));
}
