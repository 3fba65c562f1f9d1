/** Numbers as people write them. */

const COUNT = new Intl.NumberFormat("en");

/** A number of things: `1,204`. */
export function countInWords(count: number): string {
  return COUNT.format(count);
}

/** A number of things with their name: `1 pull`, `1,204 pulls`. `plural`: where an s is not enough. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${countInWords(count)} ${count === 1 ? singular : plural}`;
}
