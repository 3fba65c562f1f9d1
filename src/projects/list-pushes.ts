/** Lists what was pushed to a project last, as registries reported it. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { UserType } from "../users/user.entity.ts";

/** An image that was pushed. */
export interface ReportedPush {
  /** The repository's whole name. */
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
  readonly at: Date;
  /** Null where a registry did not say who it was. */
  readonly by: {
    readonly id: number;
    readonly username: string;
    readonly name: string;
    readonly userType: UserType;
  } | null;
}

/**
 * An image of several platforms is pushed as many manifests, and its tag last: what has no tag and was followed by one in the
 * same repository within a minute is a part of it. As many reports are read as `limit` images of the most parts have.
 */
const LIST = `
  with latest as materialized (
    select * from registry_events where project_id = ? and action = 'push' order by happened_at desc, id desc limit ?
  )
  select latest.repository, latest.tag, latest.digest, latest.happened_at, u.id as user_id, u.username, u.name, u.user_type
  from latest left join users u on u.id = latest.user_id
  where latest.tag is not null or not exists (
    select from latest whole
    where whole.repository = latest.repository and whole.tag is not null
      and whole.happened_at between latest.happened_at and latest.happened_at + interval '1 minute')
  order by latest.happened_at desc, latest.id desc limit ?`;

/** How many manifests an image may have, and be listed as one. */
const PARTS = 20;

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

/** The latest pushes of a project, the last one first: at most `limit`. Registries' reports are kept for a while only. */
export async function listPushes(em: SqlEntityManager, projectId: number, limit: number): Promise<ReportedPush[]> {
  const rows = await em.execute<Row[]>(LIST, [projectId, limit * PARTS, limit]);
  return rows.map(({ repository, tag, digest, happened_at, user_id, username, name, user_type }) => ({
    repository,
    tag,
    digest,
    at: new Date(happened_at),
    by: user_id === null ? null : { id: user_id, username, name, userType: user_type },
  }));
}
