/** The branches and tags of a repository: one by its full name, or many, in pages. */
import type { Page } from "../../database/page.ts";
import { gatherFields, readRecords } from "./nul-fields.ts";
import type { OpenRepository } from "./open-repository.ts";
import { outputOf } from "./read-repository.ts";

/** Branches, or tags. */
export type RefNamespace = "refs/heads/" | "refs/tags/";

/** A branch or a tag, and what it names. */
export interface Ref {
  /** Without its namespace. */
  readonly name: string;
  /** Of a branch, its commit; of a tag with a message, the tag's own id. */
  readonly id: string;
}

/** Which refs are wanted, and in which order. */
export interface RefFilter {
  readonly namespace: RefNamespace;
  /** A part of the name in any case; with `^` before it, or `$` behind it, its beginning or its end. */
  readonly search?: string | undefined;
  /** By name or by the date of what they name; a hyphen turns it around. */
  readonly sort: "refname" | "-refname" | "creatordate" | "-creatordate";
}

/** The longest name that git can store has some 4,000 bytes. */
export const MAXIMUM_NAME_BYTES = 5000;

/** The ref of exactly this name; the name follows git's grammar, so that it is no pattern. */
export async function findRef(
  repository: OpenRepository,
  namespace: RefNamespace,
  name: string,
): Promise<Ref | undefined> {
  const pattern = `${namespace}${name}`;
  // Of `a`, all of `a/b` match too; `a` itself would come first.
  const args = ["for-each-ref", "--count=1", "--format=%(refname)%00%(objectname)%00", "--end-of-options", pattern];
  const [refname, id] = await gatherFields(outputOf(repository, args), MAXIMUM_NAME_BYTES);
  return refname === pattern && id !== undefined ? { name, id } : undefined;
}

/** Whether there is any branch or tag: without one, nothing was pushed yet. */
export async function hasRefs(repository: OpenRepository): Promise<boolean> {
  const args = [
    "for-each-ref",
    "--count=1",
    "--format=%(objectname)%00",
    "--end-of-options",
    "refs/heads",
    "refs/tags",
  ];
  return (await gatherFields(outputOf(repository, args), MAXIMUM_NAME_BYTES)).length > 0;
}

/** A page of refs, and how many there are. All names go by, and no more than a page of them is kept. */
export async function listRefs(
  repository: OpenRepository,
  { namespace, search, sort }: RefFilter,
  { limit, offset }: Page,
): Promise<{ readonly refs: readonly Ref[]; readonly total: number }> {
  const format = "--format=%(refname)%00%(objectname)%00";
  const args = ["for-each-ref", `--sort=${sort}`, format, "--end-of-options", namespace];
  const isWanted = nameMatcher(search);
  const refs: Ref[] = [];
  let total = 0;
  for await (const [line = "", id = ""] of readRecords(outputOf(repository, args), 2, MAXIMUM_NAME_BYTES)) {
    // Each but the first begins with the end of the line before.
    const name = line.trimStart().slice(namespace.length);
    if (!isWanted(name)) continue;
    if (total >= offset && refs.length < limit) refs.push({ name, id });
    total += 1;
  }
  return { refs, total };
}

/** @see https://docs.gitlab.com/api/branches/, `search` */
function nameMatcher(search = ""): (name: string) => boolean {
  const wanted = search.toLowerCase();
  if (wanted.startsWith("^")) return (name) => name.toLowerCase().startsWith(wanted.slice(1));
  if (wanted.endsWith("$")) return (name) => name.toLowerCase().endsWith(wanted.slice(0, -1));
  return (name) => name.toLowerCase().includes(wanted);
}
