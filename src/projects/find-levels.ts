/** Finds a caller's levels in some projects at once. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { idArray } from "../database/id-array.ts";
import { NO_ACCESS } from "../principals/access-level.ts";
import type { Principal } from "../principals/principal.ts";
import { LEVEL_IN_PROJECT, levelValues } from "./find-project.ts";

const FIND = `
  select p.id, l.level from projects p cross join lateral (${LEVEL_IN_PROJECT}) l where p.id = any(?::int[])`;

/** The caller's level in each of some projects, direct or inherited; one query, however many there are. */
export async function findLevels(
  em: SqlEntityManager,
  caller: Principal,
  projectIds: readonly number[],
): Promise<(projectId: number) => number> {
  const rows = await em.execute<{ id: number; level: number }[]>(FIND, [...levelValues(caller), idArray(projectIds)]);
  const levels = new Map(rows.map(({ id, level }) => [id, level]));
  return (id) => levels.get(id) ?? NO_ACCESS;
}
