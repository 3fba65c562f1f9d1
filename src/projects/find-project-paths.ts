/** Finds the full paths of projects. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { idArray } from "../database/id-array.ts";

/** The full paths of projects, whoever may see them, by their ids. */
export async function findProjectPaths(
  em: SqlEntityManager,
  projectIds: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const rows = await em.execute<{ id: number; path: string }[]>(
    "select p.id, r.path from projects p join full_paths r on r.id = p.full_path_id where p.id = any(?::int[])",
    [idArray(projectIds)],
  );
  return new Map(rows.map(({ id, path }) => [id, path]));
}
