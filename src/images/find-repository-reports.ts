/** What registries reported of whole repositories: the last push, and what was pulled and pushed in 30 days. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { countOf } from "../projects/list-registry-activity.ts";
import type { Period } from "../projects/period.ts";
import { type Person, personOf } from "../users/person.ts";
import type { Done } from "./find-tag-reports.ts";
import type { ProjectRepository } from "./order-tags.ts";

/** A repository, and what was reported of it. */
export interface RepositoryReports {
  /** Its whole name. */
  readonly name: string;
  readonly lastPush: (Done & { readonly tag: string | null }) | undefined;
  readonly pulls: number;
  readonly pushes: number;
}

/**
 * An image of several platforms is pushed as many manifests, and its tag last; a signature is pushed after it, under a tag that
 * nobody wants to read.
 */
const FIND = `
  select asked.name, push.happened_at, push.tag, u.id as user_id, u.username, u.name as user_name, u.user_type,
    coalesce(use.pulls, 0) as pulls, coalesce(use.pushes, 0) as pushes
  from jsonb_array_elements_text(?::jsonb) as asked (name)
  left join lateral (
    select happened_at, user_id, (
        select tag from registry_events
        where repository = asked.name and action = 'push' and project_id = ? and tag !~ '^sha256-[0-9a-f]{64}'
          and happened_at >= latest.happened_at - interval '1 minute'
        order by happened_at desc limit 1
      ) as tag
    from registry_events latest
    where repository = asked.name and action = 'push' and project_id = ? order by happened_at desc limit 1
  ) push on true
  left join users u on u.id = push.user_id
  left join lateral (
    select ${countOf("pull")} as pulls, ${countOf("push")} as pushes from registry_event_counts
    where repository = asked.name and project_id = ? and day between ?::date and ?::date
  ) use on true
  order by asked.name`;

interface Row {
  readonly name: string;
  readonly happened_at: Date | string | null;
  readonly tag: string | null;
  readonly user_id: number | null;
  readonly username: string;
  readonly user_name: string;
  readonly user_type: Person["userType"];
  readonly pulls: number;
  readonly pushes: number;
}

/** What was reported of some repositories, by name. One query. */
export async function findRepositoryReports(
  em: SqlEntityManager,
  { projectId, period }: { readonly projectId: number; readonly period: Period },
  names: readonly string[],
): Promise<RepositoryReports[]> {
  if (names.length === 0) return [];
  const values = [JSON.stringify(names), projectId, projectId, projectId, period.from, period.to];
  const rows = await em.execute<Row[]>(FIND, values);
  return rows.map(({ name, pulls, pushes, ...push }) => ({ name, pulls, pushes, lastPush: lastPushOf(push) }));
}

function lastPushOf({
  happened_at,
  tag,
  user_id,
  username,
  user_name,
  user_type,
}: Omit<Row, "name" | "pulls" | "pushes">) {
  if (happened_at === null) return undefined;
  return { at: new Date(happened_at), tag, by: personOf(user_id, username, user_name, user_type) };
}

/** What happened to a repository on one day (`YYYY-MM-DD`), pulls by nobody in particular among it. */
export interface RepositoryDay {
  readonly day: string;
  readonly pulls: number;
  readonly pushes: number;
}

const DAYS = `
  select day::text as day, ${countOf("pull")} as pulls, ${countOf("push")} as pushes from registry_event_counts
  where repository = ? and project_id = ? and day between ?::date and ?::date group by day`;

/** What happened to a repository, by day; days on which nothing did are left out. */
export async function findRepositoryDays(
  em: SqlEntityManager,
  { projectId, repository }: ProjectRepository,
  { from, to }: Period,
): Promise<RepositoryDay[]> {
  return await em.execute<RepositoryDay[]>(DAYS, [repository, projectId, from, to]);
}
