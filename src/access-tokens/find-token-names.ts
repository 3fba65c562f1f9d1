/** Finds what tokens are called. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { idArray } from "../database/id-array.ts";

/** The names of tokens, live or dead, by their ids. */
export async function findTokenNames(
  em: SqlEntityManager,
  tokenIds: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const rows = await em.execute<{ id: number; name: string }[]>(
    "select id, name from access_tokens where id = any(?::int[])",
    [idArray(tokenIds)],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}
