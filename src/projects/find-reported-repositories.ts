/** Finds the repositories of a project that registries reported something of, by name. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { likePrefix } from "../database/like-pattern.ts";
import type { Project } from "./project.entity.ts";

/**
 * From one name to the next, in the index: the counts have a row for each day and author of a repository, and all of them
 * would be read otherwise. What an earlier project of that path left is not this one's.
 */
const FIND = `
  with recursive names as (
    (select repository, 1 as place from registry_event_counts
     where (repository = ? or repository like ?) and project_id = ?
     order by repository using ~<~ limit 1)
    union all
    (select following.repository, names.place + 1
     from names cross join lateral (
       select repository from registry_event_counts
       where repository ~>~ names.repository and repository like ? and project_id = ?
       order by repository using ~<~ limit 1
     ) following
     where names.place < ?)
  )
  select repository from names order by place`;

/** The whole names of a project's repositories, in the order of their bytes: the first `limit`, from the counts, which stay. */
export async function findReportedRepositories(
  em: SqlEntityManager,
  { id, fullPath: { path } }: Project,
  limit: number,
): Promise<string[]> {
  const below = likePrefix(`${path}/`);
  const rows = await em.execute<{ repository: string }[]>(FIND, [path, below, id, below, id, limit]);
  return rows.map(({ repository }) => repository);
}
