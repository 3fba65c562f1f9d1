/** The input of the use cases that change members, and the rule that they share. */
import { AccessLevelTooHighError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import type { MemberPlace } from "./member-place.ts";

/** The membership to change, by its place and user, and the caller. */
export interface MemberInput {
  readonly caller: SignedInPrincipal;
  readonly place: MemberPlace;
  readonly userId: number;
}

/**
 * Requires that a level is not above the caller's own.
 *
 * @throws AccessLevelTooHighError when it is
 */
export function requireLevelWithin(level: number, own: number): void {
  if (level > own) throw new AccessLevelTooHighError({ level, own, to: "member" });
}
