/** Time as a dependency: everything that asks what time it is takes a Clock. */

/** A day without leap seconds, as the machine counts it. */
export const DAY_MS = 86_400_000;

/** Tells the present moment. */
export interface Clock {
  now(): Date;
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => new Date() };

/** The date of a moment in UTC, as `YYYY-MM-DD`. */
export function utcDate(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

/**
 * The date `days` after a date, both `YYYY-MM-DD`.
 *
 * @throws RangeError when `date` is not a date
 */
export function addDays(date: string, days: number): string {
  const moment = new Date(`${date}T00:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return utcDate(moment);
}

/** How many days `to` is after `from`, both `YYYY-MM-DD`. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / DAY_MS;
}

/** A moment as whole seconds since the epoch, as JWT claims count it. @see RFC 7519 section 2, NumericDate */
export function epochSeconds(moment: Date): number {
  return Math.floor(moment.getTime() / 1000);
}
