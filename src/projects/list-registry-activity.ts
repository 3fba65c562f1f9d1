/** What was pulled from a project's repositories, pushed to them, mounted and deleted: by day, repository or author. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { Page } from "../database/page.ts";
import type { Period } from "./period.ts";

/** What activity can be grouped by. */
export const ACTIVITY_GROUPS = ["day", "repository", "author"] as const;
/** One of them. */
export type ActivityGroup = (typeof ACTIVITY_GROUPS)[number];

/** How often something was reported. */
interface Counts {
  readonly pulls: number;
  readonly pushes: number;
  readonly mounts: number;
  readonly deletes: number;
}

/** Who did something. */
interface Author {
  readonly id: number;
  readonly username: string;
  readonly name: string;
}

/** The counts of a day (`YYYY-MM-DD`), of a repository by its whole name, or of an author, null for anonymous. */
export type RegistryActivity = Counts &
  ({ readonly day: string } | { readonly repository: string } | { readonly author: Author | null });

/** By what the counts are grouped, and which come first: the latest days, else those with most. */
const GROUPED: Readonly<Record<ActivityGroup, { readonly column: string; readonly order: string }>> = {
  day: { column: "day", order: "day desc" },
  repository: { column: "repository", order: "total desc, repository" },
  author: { column: "user_id", order: "total desc, user_id nulls last" },
};

/** How often registries reported an action, in a query over their counts. */
export const countOf = (action: "pull" | "push" | "mount" | "delete") =>
  `coalesce(sum(count) filter (where action = '${action}'), 0)::float8`;

/** One row at least, which has nothing but the number of groups where the page has none. */
const activityBy = ({ column, order }: (typeof GROUPED)[ActivityGroup]) => `
  with grouped as materialized (
    select ${column}, sum(count) as total, ${countOf("pull")} as pulls, ${countOf("push")} as pushes,
      ${countOf("mount")} as mounts, ${countOf("delete")} as deletes
    from registry_event_counts where project_id = ? and day between ?::date and ?::date group by ${column}
  )
  select (select count(*)::int from grouped) as groups, page.${column}::text as key, pulls, pushes, mounts, deletes,
    u.id as author_id, u.username, u.name
  from (select 1) once left join (select * from grouped order by ${order} limit ? offset ?) page on true
  left join users u on ${column === "user_id" ? "u.id = page.user_id" : "false"}
  order by ${order}`;

interface ActivityRow extends Counts {
  groups: number;
  key: string | null;
  author_id: number | null;
  username: string;
  name: string;
}

/**
 * A page of a project's activity in a period, and how many rows there are in all. From the counts, which stay when the
 * reports of registries are forgotten.
 *
 * @see docs/spec/registry-auth.md "Notifications from the registry"
 */
export async function listRegistryActivity(
  em: SqlEntityManager,
  { projectId, period, by }: { readonly projectId: number; readonly period: Period; readonly by: ActivityGroup },
  { limit, offset }: Page,
): Promise<[RegistryActivity[], number]> {
  const values = [projectId, period.from, period.to, limit, offset];
  const rows = await em.execute<(ActivityRow | { groups: number; pulls: null })[]>(activityBy(GROUPED[by]), values);
  const activity = rows.flatMap((row) => (row.pulls === null ? [] : [{ ...keyOf(by, row), ...countsOf(row) }]));
  return [activity, rows[0]?.groups ?? 0];
}

function countsOf({ pulls, pushes, mounts, deletes }: Counts): Counts {
  return { pulls, pushes, mounts, deletes };
}

function keyOf(by: ActivityGroup, { key, author_id, username, name }: ActivityRow) {
  switch (by) {
    case "day":
      return { day: key ?? "" };
    case "repository":
      return { repository: key ?? "" };
    case "author":
      return { author: author_id === null ? null : { id: author_id, username, name } };
  }
}
