/** The time that an old secret goes on after its rotation. @see docs/spec/access-tokens.md "Rotating" */
import { ConflictError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";

/** The longest grace that a rotation may give: 30 days. */
export const MAXIMUM_GRACE_SECONDS = 2_592_000;

/** Whether a token was rotated away with a grace that has ended by now; it is dead then, whether that is recorded or not. */
export function isGraceOver(retiresAt: Date | null | undefined, now: Date): boolean {
  return retiresAt != null && retiresAt <= now;
}

/**
 * When a token ends that is rotated now with this grace: it outlives neither its own expiry date nor its successor's.
 *
 * @param expiries `YYYY-MM-DD` of both; null: it never expires
 * @returns null where it ends at once
 */
export function decideRetirement(graceSeconds: number, now: Date, expiries: readonly (string | null)[]): Date | null {
  const ends = expiries.flatMap((date) => (date === null ? [] : [Date.parse(`${date}T00:00:00Z`)]));
  const end = new Date(Math.min(now.getTime() + graceSeconds * 1000, ...ends));
  return end > now ? end : null;
}

/**
 * Requires that the credential was not rotated away itself: one in grace does what it did before, but rotates nothing.
 *
 * @throws ConflictError saying until when it works
 */
export function requireNotInGrace({ retiresAt }: Pick<SignedInPrincipal, "retiresAt">): void {
  if (retiresAt === null) return;
  throw new ConflictError(
    `this request's access token was rotated already, and works until ${retiresAt.toISOString()}: rotate with the new one`,
  );
}
