/** How long refresh tokens live. @see docs/spec/registry-auth.md "Answer" */
import { DAY_MS } from "../clock.ts";

/** The bounds of every refresh token's life, in days. */
export interface RefreshTokenLife {
  /** Without use, it ends after so many days. */
  readonly idleDays: number;
  /** However often it is used, it ends after so many. */
  readonly maxDays: number;
}

/** The moments up to which a last use, and a creation, are too long ago. */
export function refreshTokenCutoffs({ idleDays, maxDays }: RefreshTokenLife, now: Date): { idle: Date; old: Date } {
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);
  return { idle: daysAgo(idleDays), old: daysAgo(maxDays) };
}
