/**
 * Adds, changes and removes the members of projects and groups. All of it is about humans: a bot is a member of its own
 * project from birth, at one level, and of nothing else ever.
 */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { violatesUnique } from "../database/database-errors.ts";
import { AccessLevelTooHighError, ConflictError, NotFoundError, RuleRefusedError } from "../errors.ts";
import type { EventAction } from "../events/event.entity.ts";
import { recordEvent } from "../events/record-event.ts";
import { ACCESS_LEVELS, type AccessLevel } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { User } from "../users/user.entity.ts";
import { type LoadedMember, Member } from "./member.entity.ts";
import { type MemberPlace, placeOf, type Where } from "./member-place.ts";
import type { ProjectServices } from "../projects/project-services.ts";

/** Whose membership, of what, changed by whom. */
export interface ChangeMemberInput {
  readonly caller: SignedInPrincipal;
  readonly place: MemberPlace;
  readonly userId: number;
}

type Services = Pick<ProjectServices, "database" | "clock">;

/**
 * Makes a user a member.
 *
 * @throws NotFoundError when the caller does not see the place, or there is no such user
 * @throws ForbiddenError when the caller may not manage members, or gives a level above their own
 * @throws RuleRefusedError for a bot user or the ghost
 * @throws ConflictError when the user is a member already
 */
export function addMember(
  { database, clock }: Services,
  input: ChangeMemberInput & { readonly accessLevel: AccessLevel },
): Promise<LoadedMember> {
  return database.transaction(async (em) => {
    const { where, accessLevel } = await placeOf(em, input.caller, input.place, "manage");
    requireNotAbove(input.accessLevel, accessLevel);
    const user = await em.findOne(User, { id: input.userId });
    if (user === null) throw new NotFoundError("User");
    if (user.userType === "project_bot") {
      throw new RuleRefusedError(
        "a bot user cannot be added to a project or a group: it is a member of its own project alone",
      );
    }
    if (user.userType === "ghost") throw new RuleRefusedError("the Ghost User cannot be a member of anything");
    em.create(Member, {
      createdAt: clock.now(),
      user,
      ...where,
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
    await record(em, input.caller, "joined", where, user, clock.now());
    return await findMember(em, where, user.id);
  });
}

/**
 * Changes a human's access level.
 *
 * @throws NotFoundError when the caller does not see the place, or the user is no direct member of it
 * @throws ForbiddenError when the caller may not manage members, or the old or the new level is above their own
 * @throws RuleRefusedError for a bot user, or when a group would be left without an Owner
 */
export function updateMember(
  { database, clock }: Services,
  input: ChangeMemberInput & { readonly accessLevel: AccessLevel },
): Promise<LoadedMember> {
  return database.transaction(async (em) => {
    const { where, accessLevel } = await placeOf(em, input.caller, input.place, "manage");
    const member = await findMember(em, where, input.userId);
    if (member.user.$.userType === "project_bot") {
      throw new RuleRefusedError(
        "the access level of a bot user cannot be changed: revoke its access token and create another",
      );
    }
    requireNotAbove(Math.max(input.accessLevel, member.accessLevel), accessLevel);
    if (input.accessLevel < ACCESS_LEVELS.owner) await requireOtherOwner(em, where, member);
    member.accessLevel = input.accessLevel;
    await em.flush();
    await record(em, input.caller, "updated", where, member.user.$, clock.now());
    return member;
  });
}

/**
 * Removes a human; anybody may leave.
 *
 * @throws NotFoundError when the caller does not see the place, or the user is no direct member of it
 * @throws ForbiddenError when the caller may not manage members, or the member's level is above theirs
 * @throws RuleRefusedError for a bot user, or when a group would be left without an Owner
 */
export function removeMember({ database, clock }: Services, input: ChangeMemberInput): Promise<void> {
  return database.transaction(async (em) => {
    const leaves = input.caller.kind === "user" && input.caller.userId === input.userId;
    const { where, accessLevel } = await placeOf(em, input.caller, input.place, leaves ? "see" : "manage");
    const member = await findMember(em, where, input.userId);
    if (member.user.$.userType === "project_bot") {
      throw new RuleRefusedError("a bot user cannot be removed from its project: revoke its access token instead");
    }
    if (!leaves) requireNotAbove(member.accessLevel, accessLevel);
    await requireOtherOwner(em, where, member);
    await em.nativeDelete(Member, { id: member.id });
    await record(em, input.caller, "left", where, member.user.$, clock.now());
  });
}

/**
 * A direct member, with the user and who added them.
 *
 * @throws NotFoundError when the user is none
 */
export async function findMember(em: SqlEntityManager, where: Where, userId: number): Promise<LoadedMember> {
  const member = await em.findOne(Member, { ...where, user: userId }, { populate: ["user", "createdBy"] });
  if (member === null) throw new NotFoundError("Member");
  return member;
}

function requireNotAbove(level: number, own: number): void {
  if (level > own) throw new AccessLevelTooHighError({ level, own, to: "member" });
}

/** A group that stands alone keeps an Owner; of two that leave at once, the second finds that it is the last. */
async function requireOtherOwner(em: SqlEntityManager, where: Where, member: Member): Promise<void> {
  if (!("namespace" in where) || member.accessLevel < ACCESS_LEVELS.owner) return;
  const [group] = await em.execute<{ parent_id: number | null }[]>(
    "select parent_id from namespaces where id = ? for update",
    [where.namespace],
  );
  if (group?.parent_id != null) return;
  const owners = await em.count(Member, { ...where, accessLevel: ACCESS_LEVELS.owner, id: { $ne: member.id } });
  if (owners === 0) throw new RuleRefusedError("a group must keep an Owner: make another member its Owner first");
}

async function record(
  em: SqlEntityManager,
  by: SignedInPrincipal,
  action: EventAction,
  where: Where,
  user: User,
  at: Date,
): Promise<void> {
  const target = { type: "Member", id: user.id, title: user.username } as const;
  await recordEvent(em, { by, action, target, projectId: "project" in where ? where.project : null, at });
}
