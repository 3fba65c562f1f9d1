/** When access tokens die: at 00:00:00 UTC of their date, with no grace. @see docs/spec/access-tokens.md "Expiry" */
import { addDays, utcDate } from "../clock.ts";
import { ValidationError } from "../errors.ts";

/** Whether a token of this expiry date is dead by now; null never dies. */
export function isExpired(expiresAt: string | null, now: Date): boolean {
  return expiresAt !== null && expiresAt <= utcDate(now);
}

/**
 * The expiry date of a new token: the one asked for, or the latest that is allowed.
 *
 * @param maxLifetimeDays the configured maximum, if there is one
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
