/** Removes humans from projects and groups. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { RuleRefusedError } from "../errors.ts";
import { lockDepartures } from "../users/lock-departures.ts";
import { findMember } from "./find-member.ts";
import { requireAnotherOwner } from "./last-owner.ts";
import { Member } from "./member.entity.ts";
import { type MemberInput, requireLevelWithin } from "./member-input.ts";
import { findPlace } from "./member-place.ts";
import { recordMemberEvent } from "./record-member-event.ts";

/**
 * Removes a human from a project or group. Anybody may remove themselves.
 *
 * @throws NotFoundError when the caller does not see the place, or the user is not a direct member of it
 * @throws ForbiddenError when the caller may not manage members, or the member's level is above theirs
 * @throws RuleRefusedError for a bot user, or when a group would be left without an Owner
 */
export function removeMember({ database, clock }: UseCaseServices, input: MemberInput): Promise<void> {
  return database.transaction(async (em) => {
    const leaves = input.caller.kind === "user" && input.caller.userId === input.userId;
    const { id: placeId, accessLevel } = await findPlace(em, input.caller, input.place, leaves ? "see" : "manage");
    if ("namespace" in placeId) await lockDepartures(em);
    const member = await findMember(em, placeId, input.userId);
    if (member.user.$.userType === "project_bot") {
      throw new RuleRefusedError("a bot user cannot be removed from its project: revoke its access token instead");
    }
    if (!leaves) requireLevelWithin(member.accessLevel, accessLevel);
    await requireAnotherOwner(em, placeId, member);
    await em.nativeDelete(Member, { id: member.id });
    await recordMemberEvent(em, { by: input.caller, action: "left", placeId, user: member.user.$, at: clock.now() });
  });
}
