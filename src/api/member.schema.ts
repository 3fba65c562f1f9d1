/** Members of projects and groups as the API reads and writes them, field for field as in GitLab. */
import { z } from "zod";
import type { Links } from "../links.ts";
import type { LoadedMember } from "../members/member.entity.ts";
import { accessLevel } from "../schemas/access-level.ts";
import { id, resourceId, searchText } from "../schemas/fields.ts";
import { pageQuery } from "./protocol/pagination.ts";
import { briefUserResult, renderBriefUser } from "./user.schema.ts";

/** The parameters of one member. */
export const memberParams = z.object({ id: resourceId, user_id: id() });

/** Who is made a member, and at which level. */
export const createMemberBody = z.object({ user_id: id(), access_level: accessLevel });
/** The new level of a member. */
export const updateMemberBody = z.object({ access_level: accessLevel });

/** The query of a list of members: `query` searches names and usernames. */
export const listMembersQuery = pageQuery.extend({ query: searchText(255).optional() });

/** A member, as JSON. */
export const memberResult = briefUserResult.extend({
  bot: z.boolean(),
  access_level: z.int(),
  created_at: z.iso.datetime(),
  expires_at: z.null(),
  membership_state: z.literal("active"),
  created_by: briefUserResult.nullable(),
});

/** A member as JSON; `id` is the user's, as in GitLab. `user` and `createdBy` must be loaded. */
export function renderMember(member: LoadedMember, links: Links): z.input<typeof memberResult> {
  const user = member.user.$;
  return {
    ...renderBriefUser(user, links),
    bot: user.userType === "project_bot",
    access_level: member.accessLevel,
    created_at: member.createdAt.toISOString(),
    expires_at: null,
    membership_state: "active",
    created_by: member.createdBy == null ? null : renderBriefUser(member.createdBy.$, links),
  };
}
