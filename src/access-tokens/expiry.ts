/** When access tokens expire: at 00:00:00 UTC of their date, at once. @see docs/spec/access-tokens.md "Expiry" */
import { addDays, daysBetween, utcDate } from "../clock.ts";
import { ValidationError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";

/** How long a rotated token lives by default: a week, as GitLab has it. */
const ROTATED_LIFETIME_DAYS = 7;

/** The last date that an expiry may have (`YYYY-MM-DD`), and why: words to be put after that date. */
export interface ExpiryLimit {
  readonly latest: string;
  readonly reason: string;
}

/** Whether a token with this expiry date has expired by now; null never expires. */
export function isExpired(expiresAt: string | null, now: Date): boolean {
  return expiresAt !== null && expiresAt <= utcDate(now);
}

/** The limit that the instance sets; none where no maximum is configured. */
export function instanceLimit(maxLifetimeDays: number | undefined, now: Date): ExpiryLimit[] {
  if (maxLifetimeDays === undefined) return [];
  const latest = addDays(utcDate(now), maxLifetimeDays);
  return [{ latest, reason: `the ${maxLifetimeDays} days ahead that this instance allows` }];
}

/** The limits of what an access token creates: it ends no later than that token, nor than its grace. */
export function creatorLimit({
  expiresAt,
  retiresAt,
}: Pick<SignedInPrincipal, "expiresAt" | "retiresAt">): ExpiryLimit[] {
  return [
    ...(expiresAt === null ? [] : [{ latest: expiresAt, reason: "when this request's access token ends itself" }]),
    ...(retiresAt === null
      ? []
      : [{ latest: utcDate(retiresAt), reason: "when the grace of this request's access token ends" }]),
  ];
}

/** The limit of a token that rotates itself: it lives no longer than it did. */
export function ownLimit(token: { createdAt: Date; expiresAt?: string | null | undefined }, now: Date): ExpiryLimit[] {
  if (token.expiresAt == null) return [];
  const days = daysBetween(utcDate(token.createdAt), token.expiresAt);
  const latest = addDays(utcDate(now), days);
  return [{ latest, reason: `the ${days} days ahead that the token was given: it rotates itself, and gains none` }];
}

/**
 * The expiry date of a new token: the one requested, or the latest date allowed; null where nothing limits it.
 *
 * @throws ValidationError when the date is not after today, or beyond a limit, or a limit lets no date after today
 */
export function decideExpiry(requested: string | null, now: Date, limits: readonly ExpiryLimit[]): string | null {
  const today = utcDate(now);
  const earliest = earliestOf(limits);
  if (earliest !== undefined && earliest.latest <= today) {
    const message = `is invalid: no date after today is as early as ${earliest.latest}, ${earliest.reason}`;
    throw new ValidationError([{ field: "expiresAt", message }]);
  }
  if (requested === null) return earliest?.latest ?? null;
  if (requested <= today) {
    throw new ValidationError([
      { field: "expiresAt", message: `is invalid: "${requested}" is not a date after today, ${today} in UTC` },
    ]);
  }
  if (earliest !== undefined && requested > earliest.latest) {
    throw new ValidationError([
      {
        field: "expiresAt",
        message: `is invalid: "${requested}" is later than ${earliest.latest}, ${earliest.reason}`,
      },
    ]);
  }
  return requested;
}

/**
 * The expiry date of a rotated token: the one requested; without one a week from now, or less where a limit is sooner.
 *
 * @throws ValidationError when the date is not after today, or beyond a limit
 */
export function decideRotatedExpiry(
  requested: string | null,
  now: Date,
  limits: readonly ExpiryLimit[],
): string | null {
  const week = { latest: addDays(utcDate(now), ROTATED_LIFETIME_DAYS), reason: "a week ahead" };
  return decideExpiry(requested ?? decideExpiry(null, now, [...limits, week]), now, limits);
}

function earliestOf(limits: readonly ExpiryLimit[]): ExpiryLimit | undefined {
  return limits.toSorted((one, other) => (one.latest < other.latest ? -1 : 1))[0];
}
