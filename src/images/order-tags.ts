/** Which of a repository's tags a page lists, and in which order: those that were pushed last, first. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { Page } from "../database/page.ts";
import { MAXIMUM_TAGS } from "./list-registry-tags.ts";

/** A repository of a project. What an earlier project of its path left is not this one's. */
export interface ProjectRepository {
  readonly projectId: number;
  /** Its whole name. */
  readonly repository: string;
}

const ORDER = `
  select asked.tag from jsonb_array_elements_text(?::jsonb) as asked (tag)
  left join lateral (
    select happened_at from registry_events
    where repository = ? and action = 'push' and tag = asked.tag and project_id = ?
    order by happened_at desc limit 1
  ) push on true
  order by push.happened_at desc nulls last, asked.tag desc limit ? offset ?`;

/** A page of tags: the last pushed first, as far as registries reported it, then by name. One query. */
export async function orderTags(
  em: SqlEntityManager,
  { projectId, repository }: ProjectRepository,
  tags: readonly string[],
  { limit, offset }: Page,
): Promise<string[]> {
  if (tags.length === 0) return [];
  const rows = await em.execute<{ tag: string }[]>(ORDER, [JSON.stringify(tags), repository, projectId, limit, offset]);
  return rows.map(({ tag }) => tag);
}

/** From one tag to the next, in the index. A tag whose image was deleted after its last push is none any more. */
const REPORTED = `
  with recursive tags as (
    (select tag, 1 as place from registry_events where repository = ? and action = 'push' and tag is not null order by tag limit 1)
    union all
    (select following.tag, tags.place + 1
     from tags cross join lateral (
       select tag from registry_events where repository = ? and action = 'push' and tag > tags.tag order by tag limit 1
     ) following
     where tags.place < ${MAXIMUM_TAGS})
  )
  select tags.tag from tags cross join lateral (
    select happened_at, digest from registry_events
    where repository = ? and action = 'push' and tag = tags.tag and project_id = ?
    order by happened_at desc limit 1
  ) push
  where not exists (
    select from registry_events gone
    where gone.repository = ? and gone.action = 'delete' and gone.happened_at >= push.happened_at
      and (gone.digest = push.digest or gone.tag = tags.tag)
  )`;

/** The tags that a repository should have by what registries reported, for when the registry itself does not say. */
export async function listReportedTags(
  em: SqlEntityManager,
  { projectId, repository }: ProjectRepository,
): Promise<string[]> {
  const values = [repository, repository, repository, projectId, repository];
  const rows = await em.execute<{ tag: string }[]>(REPORTED, values);
  return rows.map(({ tag }) => tag);
}
