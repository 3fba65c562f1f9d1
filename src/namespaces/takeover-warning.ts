/** Warns who takes over the path of something that was deleted: what was pushed below it is theirs now. */

/**
 * The warning, for a path that something had before; undefined for a new one.
 *
 * @see docs/spec/access-tokens.md "Paths outlive what they named"
 */
export function takeoverWarning(path: string, wasDeleted: boolean): string | undefined {
  if (!wasDeleted) return undefined;
  return (
    `something of the path ${path}, or below it, was deleted before: the images that were pushed there are still in the ` +
    "registry, and whoever may pull or push here now reaches them"
  );
}
