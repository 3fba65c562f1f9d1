/** Lists what was pushed to a project last, as registries reported it. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { type Person, personOf } from "../users/person.ts";
import type { UserType } from "../users/user.entity.ts";

/** An image that was pushed. */
export interface ReportedPush {
  /** The repository's whole name. */
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
  readonly at: Date;
  /** Null where a registry did not say who it was. */
  readonly by: Person | null;
}

/** How many of the latest reports are read. */
const READ_REPORTS = 200;

/**
 * Each image once, when it was pushed last. One of several platforms is pushed as many manifests, and its tag last: what has
 * no tag and was followed by one in the same repository within a minute is a part of it. The work has a bound.
 */
const LIST = `
  with latest as materialized (
    select * from registry_events where project_id = ? and action = 'push'
    order by happened_at desc, id desc limit ${READ_REPORTS}
  ), images as (
    select distinct on (repository, coalesce(tag, digest)) * from latest
    where tag is not null or not exists (
      select from latest whole
      where whole.repository = latest.repository and whole.tag is not null
        and whole.happened_at between latest.happened_at and latest.happened_at + interval '1 minute')
    order by repository, coalesce(tag, digest), happened_at desc, id desc
  )
  select images.repository, images.tag, images.digest, images.happened_at, u.id as user_id, u.username, u.name, u.user_type
  from images left join users u on u.id = images.user_id
  order by images.happened_at desc, images.id desc limit ?`;

interface Row {
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
  readonly happened_at: Date | string;
  readonly user_id: number | null;
  readonly username: string;
  readonly name: string;
  readonly user_type: UserType;
}

/** The images that were pushed to a project last, the last one first: at most `limit`. Registries' reports are kept for a while only. */
export async function listPushes(em: SqlEntityManager, projectId: number, limit: number): Promise<ReportedPush[]> {
  const rows = await em.execute<Row[]>(LIST, [projectId, limit]);
  return rows.map(({ repository, tag, digest, happened_at, user_id, username, name, user_type }) => ({
    repository,
    tag,
    digest,
    at: new Date(happened_at),
    by: personOf(user_id, username, name, user_type),
  }));
}
