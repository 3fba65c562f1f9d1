/** Searching for a text inside another. */

/** A pattern for `like` that finds a text anywhere; wildcards in the text itself stand for themselves. */
export function likePattern(value: string): string {
  return `%${value.replaceAll(/[\\%_]/g, "\\$&")}%`;
}
