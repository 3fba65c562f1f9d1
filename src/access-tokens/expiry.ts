/** When access tokens expire: at 00:00:00 UTC of their date, at once. @see docs/spec/access-tokens.md "Expiry" */
import { addDays, utcDate } from "../clock.ts";
import { ValidationError } from "../errors.ts";

/** Whether a token with this expiry date has expired by now; null never expires. */
export function isExpired(expiresAt: string | null, now: Date): boolean {
  return expiresAt !== null && expiresAt <= utcDate(now);
}

/**
 * The expiry date of a new token: the one requested, or the latest date allowed.
 *
 * @param maxLifetimeDays the configured maximum; undefined for no maximum
 * @throws ValidationError when the date is not after today, or beyond the maximum
 */
export function decideExpiry(requested: string | null, now: Date, maxLifetimeDays: number | undefined): string | null {
  const today = utcDate(now);
  const latest = maxLifetimeDays === undefined ? null : addDays(today, maxLifetimeDays);
  if (requested === null) return latest;
  if (requested <= today) {
    throw new ValidationError([
      { field: "expiresAt", message: `is invalid: "${requested}" is not a date after today, ${today} in UTC` },
    ]);
  }
  if (latest !== null && requested > latest) {
    throw new ValidationError([
      {
        field: "expiresAt",
        message: `is invalid: "${requested}" is later than ${latest}, the ${maxLifetimeDays} days ahead that this instance allows`,
      },
    ]);
  }
  return requested;
}
