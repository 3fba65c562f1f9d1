/** Patterns for SQL's `like`. */

/** A pattern for `like` that finds a text anywhere; wildcards in the text are escaped. */
export function likePattern(value: string): string {
  return `%${likePrefix(value)}`;
}

/** A pattern for `like` that finds a text at the beginning; wildcards in the text are escaped. */
export function likePrefix(value: string): string {
  return `${value.replaceAll(/[\\%_]/g, "\\$&")}%`;
}
