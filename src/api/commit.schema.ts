/** Commits as the API writes them, field for field as in GitLab. */
import { z } from "zod";
import type { ProjectRepository } from "../git-repositories/find-repository.ts";
import type { Commit, GitDate } from "../git-repositories/reading/read-commits.ts";
import type { Links } from "../links.ts";
import { moment, resourceId, unlessEmpty } from "../schemas/fields.ts";
import { pageQuery } from "./protocol/pagination.ts";
import { folderPath, refName } from "./repository-fields.schema.ts";

/** Which commits are wanted. */
export const listCommitsQuery = pageQuery.extend({
  ref_name: unlessEmpty(refName),
  since: moment().optional(),
  until: moment().optional(),
  path: folderPath.optional(),
});

/** The parameters of one commit. */
export const commitParams = z.object({ id: resourceId, sha: refName });

const gitDate = z.iso.datetime({ offset: true });

/** A commit, as JSON. */
export const commitResult = z.object({
  id: z.string(),
  short_id: z.string(),
  created_at: gitDate,
  parent_ids: z.array(z.string()),
  title: z.string(),
  message: z.string(),
  author_name: z.string(),
  author_email: z.string(),
  authored_date: gitDate,
  committer_name: z.string(),
  committer_email: z.string(),
  committed_date: gitDate,
  /** GitLab reads them where it is asked to; Keyside never does. */
  trailers: z.object({}),
  extended_trailers: z.object({}),
  web_url: z.string(),
});

/** One commit: there are no builds that it could have a status of. */
export const commitDetailResult = commitResult.extend({
  project_id: z.int(),
  status: z.null(),
  last_pipeline: z.null(),
});

const SHORT_ID_DIGITS = 8;

/** A commit as JSON. It has no page of its own: the project's is its address. */
export function renderCommit(commit: Commit, { path }: ProjectRepository, links: Links): z.input<typeof commitResult> {
  const { id, parentIds, message, author, committer } = commit;
  return {
    id,
    short_id: id.slice(0, SHORT_ID_DIGITS),
    created_at: renderGitDate(committer.at),
    parent_ids: [...parentIds],
    title: message.trimStart().split(/[\r\n]/, 1)[0] ?? "",
    message,
    author_name: author.name,
    author_email: author.email,
    authored_date: renderGitDate(author.at),
    committer_name: committer.name,
    committer_email: committer.email,
    committed_date: renderGitDate(committer.at),
    trailers: {},
    extended_trailers: {},
    web_url: links.web(path),
  };
}

/** The last second that a date of four digits can name. */
const LAST_SECOND = 253_402_300_799;
const MAXIMUM_ZONE_MINUTES = 24 * 60 - 1;

/** In its own zone, as GitLab writes it. Git lets clients send any number as a date, and any four digits as a zone. */
export function renderGitDate({ seconds, zone }: GitDate): string {
  const [, sign = "+", hours = "0", minutes = "0"] = /^([+-])(\d\d)([0-5]\d)$/.exec(zone) ?? [];
  const given = Number(hours) * 60 + Number(minutes);
  const offset = given <= MAXIMUM_ZONE_MINUTES ? given : 0;
  const local = Math.min(LAST_SECOND, Math.max(0, seconds + (sign === "-" ? -60 : 60) * offset));
  const pad = (number: number) => String(number).padStart(2, "0");
  const written = `${sign}${pad(Math.floor(offset / 60))}:${pad(offset % 60)}`;
  return `${new Date(local * 1000).toISOString().slice(0, -1)}${written}`;
}
