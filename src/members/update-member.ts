/** Changes the access levels of humans in projects and groups. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { RuleRefusedError } from "../errors.ts";
import { ACCESS_LEVELS, type AccessLevel } from "../principals/access-level.ts";
import { lockDepartures } from "../users/lock-departures.ts";
import { findMember } from "./find-member.ts";
import { requireAnotherOwner } from "./last-owner.ts";
import type { LoadedMember } from "./member.entity.ts";
import { type MemberInput, requireLevelWithin } from "./member-input.ts";
import { findPlace } from "./member-place.ts";
import { recordMemberEvent } from "./record-member-event.ts";

/**
 * Changes a human's access level.
 *
 * @throws NotFoundError when the caller does not see the place, or the user is not a direct member of it
 * @throws ForbiddenError when the caller may not manage members, or the old or the new level is above their own
 * @throws RuleRefusedError for a bot user, or when a group would be left without an Owner
 */
export function updateMember(
  { database, clock }: UseCaseServices,
  input: MemberInput & { readonly accessLevel: AccessLevel },
): Promise<LoadedMember> {
  return database.transaction(async (em) => {
    const { id: placeId, accessLevel } = await findPlace(em, input.caller, input.place, "manage");
    const demotes = input.accessLevel < ACCESS_LEVELS.owner;
    if (demotes && "namespace" in placeId) await lockDepartures(em);
    const member = await findMember(em, placeId, input.userId);
    if (member.user.$.userType === "project_bot") {
      throw new RuleRefusedError(
        "the access level of a bot user cannot be changed: revoke its access token and create another",
      );
    }
    requireLevelWithin(Math.max(input.accessLevel, member.accessLevel), accessLevel);
    if (demotes) await requireAnotherOwner(em, placeId, member);
    member.accessLevel = input.accessLevel;
    await em.flush();
    await recordMemberEvent(em, { by: input.caller, action: "updated", placeId, user: member.user.$, at: clock.now() });
    return member;
  });
}
