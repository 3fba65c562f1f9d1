/** What the use cases that change members are told, and the rule that they share. */
import { AccessLevelTooHighError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import type { MemberPlace } from "./member-place.ts";

/** Whose membership, of what, changed by whom. */
export interface MemberInput {
  readonly caller: SignedInPrincipal;
  readonly place: MemberPlace;
  readonly userId: number;
}

/**
 * Demands that a level is not above the caller's own.
 *
 * @throws AccessLevelTooHighError when it is
 */
export function requireLevelWithin(level: number, own: number): void {
  if (level > own) throw new AccessLevelTooHighError({ level, own, to: "member" });
}
