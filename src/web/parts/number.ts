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

const SIZES = ["B", "kB", "MB", "GB", "TB"] as const;

/** How large something is, in the units that docker uses, never broken across lines: `25.1 MB`. */
export function bytesInWords(bytes: number): string {
  const place = Math.min(SIZES.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** place;
  return `${place === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)}\u00a0${SIZES[place]}`;
}
