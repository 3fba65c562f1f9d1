/** Lists a repository's tags, and finds one. */
import type { Page } from "../../database/page.ts";
import { NotFoundError } from "../../errors.ts";
import type { ProjectRepository } from "../find-repository.ts";
import { readRecords } from "./nul-fields.ts";
import type { OpenRepository, Reader, ReadingServices } from "./open-repository.ts";
import { type Commit, findCommits, type GitDate, MAXIMUM_FIELD_BYTES, readGitDate } from "./read-commits.ts";
import { outputOf, readRepository } from "./read-repository.ts";
import { isRefName } from "./ref-name.ts";
import { findRef, listRefs, type Ref, type RefFilter } from "./refs.ts";
import { peelToCommits } from "./resolve-commit.ts";

/** A tag. */
export interface Tag {
  readonly name: string;
  /** What it names first: the tag's own id, if it has a message. */
  readonly target: string;
  /** Undefined for a tag that names no commit in the end. */
  readonly commit: Commit | undefined;
  /** Undefined for a tag without one, and so is the date. */
  readonly message: string | undefined;
  readonly createdAt: GitDate | undefined;
}

const NAMESPACE = "refs/tags/";

/**
 * A page of the tags, and how many there are.
 *
 * @throws what {@link readRepository} throws
 */
export async function listTags(
  services: ReadingServices,
  reader: Reader,
  filter: Pick<RefFilter, "search" | "sort">,
  page: Page,
): Promise<{ readonly tags: readonly Tag[]; readonly total: number; readonly project: ProjectRepository }> {
  return await readRepository(services, reader, async (repository) => {
    const { refs, total } = await listRefs(repository, { ...filter, namespace: NAMESPACE }, page);
    return { tags: await describe(repository, refs), total, project: repository.project };
  });
}

/**
 * One tag.
 *
 * @throws NotFoundError `Tag`
 * @throws what {@link readRepository} throws
 */
export async function showTag(
  services: ReadingServices,
  reader: Reader,
  name: string,
): Promise<{ readonly tag: Tag; readonly project: ProjectRepository }> {
  return await readRepository(services, reader, async (repository) => {
    const ref = isRefName(name) ? await findRef(repository, NAMESPACE, name) : undefined;
    const [tag] = ref === undefined ? [] : await describe(repository, [ref]);
    if (tag === undefined) throw new NotFoundError("Tag");
    return { tag, project: repository.project };
  });
}

async function describe(repository: OpenRepository, refs: readonly Ref[]): Promise<readonly Tag[]> {
  const ids = await peelToCommits(
    repository,
    refs.map(({ id }) => id),
  );
  const commits = await findCommits(repository, [...new Set(ids.filter((id) => id !== undefined))]);
  const notes = await readNotes(repository, refs);
  return refs.map(({ name, id }, index) => ({
    name,
    target: id,
    commit: commits.get(ids[index] ?? ""),
    message: notes.get(name)?.message,
    createdAt: notes.get(name)?.createdAt,
  }));
}

interface TagNote {
  readonly message: string;
  /** Undefined for a tag of an old program, which names nobody. */
  readonly createdAt: GitDate | undefined;
}

/** What is written in the tags that have a message, by their names. */
async function readNotes(repository: OpenRepository, refs: readonly Ref[]): Promise<ReadonlyMap<string, TagNote>> {
  if (refs.length === 0) return new Map();
  const fields = ["%(refname)", "%(objecttype)", "%(taggerdate:raw)", "%(contents)"];
  const format = `--format=${fields.map((field) => `${field}%00`).join("")}`;
  const args = ["for-each-ref", format, "--end-of-options", ...refs.map(({ name }) => `${NAMESPACE}${name}`)];
  const notes = new Map<string, TagNote>();
  const records = readRecords(outputOf(repository, args), fields.length, MAXIMUM_FIELD_BYTES);
  for await (const [line = "", type, date = "", contents = ""] of records) {
    const name = line.trimStart().slice(NAMESPACE.length);
    const createdAt = date === "" ? undefined : readGitDate(date);
    if (type === "tag") notes.set(name, { message: contents.trimEnd(), createdAt });
  }
  return notes;
}
