/**
 * Makes humans members of projects and groups. A bot is created as a member of its project, and never joins another.
 */
import { violatesUnique } from "../database/database-errors.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { ConflictError, RuleRefusedError } from "../errors.ts";
import type { AccessLevel } from "../principals/access-level.ts";
import { findUser } from "../users/find-user.ts";
import { findMember } from "./find-member.ts";
import { findVisibleUser } from "./find-visible-user.ts";
import { type LoadedMember, Member } from "./member.entity.ts";
import { type MemberInput, requireLevelWithin } from "./member-input.ts";
import { findPlace } from "./member-place.ts";
import { recordMemberEvent } from "./record-member-event.ts";

/**
 * Makes a user a member.
 *
 * @throws NotFoundError when the caller does not see the project or group, or there is no such user, or a bot hidden from them
 * @throws ForbiddenError when the caller may not manage members, or gives a level above their own
 * @throws RuleRefusedError for a bot user or the ghost
 * @throws ConflictError when the user is a member already
 */
export function addMember(
  { database, clock }: UseCaseServices,
  input: MemberInput & { readonly accessLevel: AccessLevel },
): Promise<LoadedMember> {
  return database.transaction(async (em) => {
    const { id: placeId, accessLevel } = await findPlace(em, input.caller, input.place, "manage");
    requireLevelWithin(input.accessLevel, accessLevel);
    const user = await findUser(em, input.userId);
    if (user.userType === "project_bot") {
      await findVisibleUser(em, input.caller, { id: user.id });
      throw new RuleRefusedError(
        "a bot user cannot be added to a project or a group: it is a member of its own project alone",
      );
    }
    if (user.userType === "ghost") throw new RuleRefusedError("the Ghost User cannot be a member of anything");
    em.create(Member, {
      createdAt: clock.now(),
      user,
      ...placeId,
      accessLevel: input.accessLevel,
      createdBy: input.caller.userId,
    });
    try {
      await em.flush();
    } catch (error) {
      if (
        violatesUnique(error, "members_user_project_unique") ||
        violatesUnique(error, "members_user_namespace_unique")
      ) {
        throw new ConflictError("Member already exists");
      }
      throw error;
    }
    await recordMemberEvent(em, { by: input.caller, action: "joined", placeId, user, at: clock.now() });
    return await findMember(em, placeId, user.id);
  });
}
