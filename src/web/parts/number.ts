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

const UNITS = [
  { unit: "hour", ms: 3_600_000 },
  { unit: "minute", ms: 60_000 },
  { unit: "second", ms: 1_000 },
] as const;

/** How often: `every 10 minutes`, `every hour`. `ms`: one or more whole seconds. */
export function periodInWords(ms: number): string {
  const { unit, ms: size } = UNITS.find((each) => ms % each.ms === 0) ?? UNITS[2];
  const count = ms / size;
  return count === 1 ? `every ${unit}` : `every ${counted(count, unit)}`;
}

/** How long something took, never broken across lines: `12 ms`, `3.2 s`. */
export function durationInWords(ms: number): string {
  return ms < 1_000 ? `${ms}\u00a0ms` : `${(ms / 1_000).toFixed(1)}\u00a0s`;
}
