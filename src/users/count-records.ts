/** Counts what passes to the Ghost User when users are deleted. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { idArray } from "../database/id-array.ts";
import { USER_REFERENCES } from "./user-references.ts";

/** Up to here records are counted: a bot may have a million of them. */
export const COUNTED_RECORDS = 10_000;

/** No more rows of one table are read than are counted in all. */
const COUNT = `
  select count(*)::int as number from (
    select from (${USER_REFERENCES.filter(({ onDelete }) => onDelete === "ghost" || "addUp" in onDelete)
      .map(({ table, column }) => `(select from ${table} where ${column} = any(?::int[]) limit ${COUNTED_RECORDS})`)
      .join(" union all ")}) records limit ${COUNTED_RECORDS}
  ) counted`;

/**
 * How many records of these users would pass to the Ghost User; undefined: 10,000 or more. One query, whose work has a
 * bound.
 *
 * @see docs/spec/access-tokens.md "Revoking"
 */
export async function countRecords(em: SqlEntityManager, userIds: readonly number[]): Promise<number | undefined> {
  const values = Array.from(COUNT.matchAll(/\?/g), () => idArray(userIds));
  const [row] = await em.execute<{ number: number }[]>(COUNT, values);
  const number = row?.number ?? 0;
  return number < COUNTED_RECORDS ? number : undefined;
}
