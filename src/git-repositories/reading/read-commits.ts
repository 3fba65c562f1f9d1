/** Commits as `git log` tells them, bounded in what is kept of each. */
import { readRecords } from "./nul-fields.ts";
import type { OpenRepository } from "./open-repository.ts";
import { outputOf } from "./read-repository.ts";

/** Who wrote or applied a commit, or made a tag, and when. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly at: GitDate;
}

/** A moment and the zone that somebody's clock showed it in; both are what a client of git's sent, and may be absurd. */
export interface GitDate {
  /** Since 1970. */
  readonly seconds: number;
  /** `+0130`. */
  readonly zone: string;
}

/** A commit. */
export interface Commit {
  readonly id: string;
  readonly parentIds: readonly string[];
  /** At most {@link MAXIMUM_FIELD_BYTES} of it. */
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
}

/** A message may have hundreds of megabytes. GitLab keeps as much of it. */
export const MAXIMUM_FIELD_BYTES = 10 * 1024;

const FIELDS = ["%H", "%P", "%an", "%ae", "%ad", "%cn", "%ce", "%cd", "%B"];

const ARGS = [
  "log",
  "-z",
  `--format=tformat:${FIELDS.join("%x00")}`,
  "--date=raw",
  "--encoding=UTF-8",
  "--no-show-signature",
];

/** The commits that `git log` finds with these arguments: further options, then `--end-of-options` and ids. */
export async function readCommits(repository: OpenRepository, args: readonly string[]): Promise<readonly Commit[]> {
  const records = readRecords(outputOf(repository, [...ARGS, ...args]), FIELDS.length, MAXIMUM_FIELD_BYTES);
  const commits: Commit[] = [];
  for await (const record of records) commits.push(toCommit(record));
  return commits;
}

/** The commits with these ids, by their ids. */
export async function findCommits(
  repository: OpenRepository,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Commit>> {
  if (ids.length === 0) return new Map();
  const commits = await readCommits(repository, ["--no-walk=unsorted", "--end-of-options", ...ids, "--"]);
  return new Map(commits.map((commit) => [commit.id, commit]));
}

function toCommit(record: readonly string[]): Commit {
  const [id = "", parents = "", author = "", authorEmail = "", authored = "", ...more] = record;
  const [committer = "", committerEmail = "", committed = "", message = ""] = more;
  return {
    id,
    parentIds: parents === "" ? [] : parents.split(" "),
    message,
    author: { name: author, email: authorEmail, at: readGitDate(authored) },
    committer: { name: committer, email: committerEmail, at: readGitDate(committed) },
  };
}

/** Reads git's raw form: `1767268800 +0100`. */
export function readGitDate(raw: string): GitDate {
  const [seconds = "", zone = "+0000"] = raw.split(" ");
  return { seconds: Number(seconds) || 0, zone };
}
