/** Writes ids as one parameter of a statement, however many they are: `where id = any(?::int[])`. */

/** Ids as the text of an array in PostgreSQL: `{1,2}`. */
export function idArray(ids: readonly number[]): string {
  return `{${ids.join(",")}}`;
}
