/** What registries reported of tags: who pushed them, and how often and by whom their images were pulled. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { type Person, personOf } from "../users/person.ts";
import type { ProjectRepository } from "./order-tags.ts";

/** Something that was done once, and by whom; null where a registry did not say. */
export interface Done {
  readonly at: Date;
  readonly by: Person | null;
}

/** What was reported of a tag. Pulls by nobody in particular are counted for repositories alone. */
export interface TagReports {
  readonly push: (Done & { readonly digest: string | null }) | undefined;
  /** Of its image, under any name, in 30 days; up to {@link COUNTED_PULLS}. */
  readonly pulls: number;
  readonly lastPull: Done | undefined;
}

/** A tag, and the digest that it has now, where that is known. */
export interface AskedTag {
  readonly tag: string;
  readonly digest: string | undefined;
}

/** Up to how many pulls of an image are counted one by one. */
export const COUNTED_PULLS = 10_000;

/** What an earlier project of the path left is not this one's. */
const FIND = `
  select asked.tag, push.happened_at as pushed_at, push.digest as pushed_digest,
    pusher.id as pusher_id, pusher.username as pusher_username, pusher.name as pusher_name, pusher.user_type as pusher_type,
    pulls.count as pulls, pull.happened_at as pulled_at,
    puller.id as puller_id, puller.username as puller_username, puller.name as puller_name, puller.user_type as puller_type
  from jsonb_to_recordset(?::jsonb) as asked (tag text, digest text)
  left join lateral (
    select happened_at, digest, user_id from registry_events
    where repository = ? and action = 'push' and tag = asked.tag and project_id = ?
    order by happened_at desc limit 1
  ) push on true
  left join users pusher on pusher.id = push.user_id
  left join lateral (
    select count(*)::int as count from (
      select from registry_events
      where repository = ? and action = 'pull' and digest = asked.digest and project_id = ? and happened_at >= ?
      limit ${COUNTED_PULLS}
    ) counted
  ) pulls on true
  left join lateral (
    select happened_at, user_id from registry_events
    where repository = ? and action = 'pull' and digest = asked.digest and project_id = ?
    order by happened_at desc limit 1
  ) pull on true
  left join users puller on puller.id = pull.user_id`;

interface Row {
  readonly tag: string;
  readonly pushed_at: Date | string | null;
  readonly pushed_digest: string | null;
  readonly pusher_id: number | null;
  readonly pusher_username: string;
  readonly pusher_name: string;
  readonly pusher_type: Person["userType"];
  readonly pulls: number;
  readonly pulled_at: Date | string | null;
  readonly puller_id: number | null;
  readonly puller_username: string;
  readonly puller_name: string;
  readonly puller_type: Person["userType"];
}

/** What was reported of some tags of a repository, by tag; `since`: from when on pulls count. One query. */
export async function findTagReports(
  em: SqlEntityManager,
  { projectId, repository, since }: ProjectRepository & { readonly since: Date },
  tags: readonly AskedTag[],
): Promise<ReadonlyMap<string, TagReports>> {
  if (tags.length === 0) return new Map();
  const rows = await em.execute<Row[]>(FIND, [
    JSON.stringify(tags),
    ...[repository, projectId],
    ...[repository, projectId, since],
    ...[repository, projectId],
  ]);
  return new Map(rows.map((row) => [row.tag, reportsOf(row)]));
}

function reportsOf(row: Row): TagReports {
  const pusher = personOf(row.pusher_id, row.pusher_username, row.pusher_name, row.pusher_type);
  const puller = personOf(row.puller_id, row.puller_username, row.puller_name, row.puller_type);
  return {
    push: row.pushed_at === null ? undefined : { at: new Date(row.pushed_at), by: pusher, digest: row.pushed_digest },
    pulls: row.pulls,
    lastPull: row.pulled_at === null ? undefined : { at: new Date(row.pulled_at), by: puller },
  };
}
