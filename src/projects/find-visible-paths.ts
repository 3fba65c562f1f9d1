/** Finds the full paths of projects, as far as a caller sees them. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { idArray } from "../database/id-array.ts";
import { NO_ACCESS } from "../principals/access-level.ts";
import type { Principal } from "../principals/principal.ts";
import { LEVEL_IN_PROJECT, levelValues, visibilitiesOpenTo } from "./find-project.ts";

const FIND = `
  select p.id, r.path from projects p join full_paths r on r.id = p.full_path_id
  cross join lateral (${LEVEL_IN_PROJECT}) l
  where p.id = any(?::int[]) and (l.level > ${NO_ACCESS} or p.visibility in (?))`;

/** The full paths of those of some projects that the caller sees, by their ids; one query, or none for no project. */
export async function findVisiblePaths(
  em: SqlEntityManager,
  caller: Principal,
  projectIds: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  if (projectIds.length === 0) return new Map();
  const values = [...levelValues(caller), idArray(projectIds), visibilitiesOpenTo(caller)];
  const rows = await em.execute<{ id: number; path: string }[]>(FIND, values);
  return new Map(rows.map(({ id, path }) => [id, path]));
}
