/** Adds humans to projects. Bots are members of their own project from birth, and of nothing else ever. */
import type { Clock } from "../clock.ts";
import type { Database } from "../database/database.ts";
import { violatesUnique } from "../database/database-errors.ts";
import { ConflictError, ForbiddenError, NotFoundError, RuleRefusedError } from "../errors.ts";
import type { SignedInPrincipal } from "../users/principal.ts";
import { User } from "../users/user.entity.ts";
import { ACCESS_LEVELS, type AccessLevel } from "./access-level.ts";
import { Member } from "./member.entity.ts";
import { findProjectAtLevel, type Reference } from "./project-access.ts";

/** Who is added to what, by whom. */
export interface AddMemberInput {
  readonly caller: SignedInPrincipal;
  readonly project: Reference;
  readonly userId: number;
  readonly accessLevel: AccessLevel;
}

/**
 * Makes a user a member of a project.
 *
 * @throws NotFoundError when the caller does not see the project, or there is no such user
 * @throws ForbiddenError when the caller is no Maintainer, or gives a level above their own
 * @throws RuleRefusedError for a bot user or the ghost
 * @throws ConflictError when the user is a member already
 */
export function addProjectMember(
  { database, clock }: { database: Database; clock: Clock },
  input: AddMemberInput,
): Promise<{ member: Member; user: User }> {
  return database.transaction(async (em) => {
    const { thing: project, accessLevel } = await findProjectAtLevel(
      em,
      input.caller,
      input.project,
      ACCESS_LEVELS.maintainer,
    );
    if (input.accessLevel > accessLevel) {
      throw new ForbiddenError(
        `403 Forbidden: access_level ${input.accessLevel} is above your own, which is ${accessLevel}`,
      );
    }
    const user = await em.findOne(User, { id: input.userId });
    if (user === null) throw new NotFoundError("User");
    if (user.userType === "project_bot") {
      throw new RuleRefusedError("a bot user cannot be added to a project: it is a member of its own project alone");
    }
    if (user.userType === "ghost") throw new RuleRefusedError("the Ghost User cannot be a member of anything");
    const member = em.create(Member, {
      createdAt: clock.now(),
      user,
      project,
      accessLevel: input.accessLevel,
      createdBy: input.caller.userId,
    });
    try {
      await em.flush();
    } catch (error) {
      if (violatesUnique(error, "members_user_project_unique")) throw new ConflictError("Member already exists");
      throw error;
    }
    return { member, user };
  });
}
