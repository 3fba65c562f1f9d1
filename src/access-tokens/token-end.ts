/** How a token came to its end, and by whom. Pure. */
import type { Person } from "../users/person.ts";

/** What ended a token; `itself`: a request that presented it, or another secret of its family. */
export type TokenEnd =
  /** Its date came. */
  | { readonly kind: "expired"; readonly at: Date }
  /** Another took its place, at once. */
  | { readonly kind: "rotated"; readonly at: Date; readonly by: Person | "itself" }
  /** Another took its place, and its grace ran out. */
  | { readonly kind: "grace_over"; readonly at: Date }
  /** Another took its place, and its grace was ended early. */
  | { readonly kind: "retired"; readonly at: Date; readonly by: Person | "itself" }
  /** Somebody presented a secret of its family that was rotated away, to rotate it. */
  | { readonly kind: "reused"; readonly at: Date }
  | { readonly kind: "revoked"; readonly at: Date; readonly by: Person | "itself" };

/** What is known of the end of a token. */
export interface EndFacts {
  /** `YYYY-MM-DD`. */
  readonly expiresAt: string | null;
  readonly retiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly revokedBy: Person | null;
  readonly hasSuccessor: boolean;
  /** What its event says; undefined where it has none. */
  readonly event: EndEvent | undefined;
}

/** The event of a token's end, other than its date. */
export interface EndEvent {
  readonly action: "revoked" | "retired" | "rotated";
  /** Whether a secret of its own family was presented for it: one that was dead by then (`dead`), or one that lived. */
  readonly presented: "dead" | "alive" | "none";
}

/**
 * How a token came to its end by now; undefined while it works. What ended it first counts: the sweep, for example, marks
 * tokens as revoked that expired long before.
 */
export function endOf(facts: EndFacts, now: Date): TokenEnd | undefined {
  const { retiresAt, revokedAt, event } = facts;
  const expiry = facts.expiresAt === null ? null : new Date(`${facts.expiresAt}T00:00:00Z`);
  if (event?.presented === "dead" && revokedAt !== null) return { kind: "reused", at: revokedAt };
  if (retiresAt !== null && retiresAt <= (revokedAt ?? now)) return { kind: "grace_over", at: retiresAt };
  const isRotated = retiresAt === null && facts.hasSuccessor;
  if (expiry !== null && expiry <= (revokedAt ?? now) && !isRotated) return { kind: "expired", at: expiry };
  if (revokedAt === null || facts.revokedBy === null) return undefined;
  const by = event?.presented === "alive" ? "itself" : facts.revokedBy;
  if (isRotated) return { kind: "rotated", at: revokedAt, by };
  return { kind: event?.action === "retired" ? "retired" : "revoked", at: revokedAt, by };
}
