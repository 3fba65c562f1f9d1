/**
 * A membership: a user's access level in one project or in one namespace (and all below it). Exactly one of the two is
 * set.
 */
import { defineEntity, type Loaded, p } from "@mikro-orm/core";
import { baseProperties } from "../database/base.entity.ts";
import { Namespace } from "../namespaces/namespace.entity.ts";
import { Project } from "../projects/project.entity.ts";
import { User } from "../users/user.entity.ts";

const MemberSchema = defineEntity({
  name: "Member",
  tableName: "members",
  properties: {
    ...baseProperties,
    user: () => p.manyToOne(User).ref(),
    project: () => p.manyToOne(Project).ref().nullable(),
    namespace: () => p.manyToOne(Namespace).ref().nullable(),
    /** One of the levels in `access-level.ts`. */
    accessLevel: p.integer(),
    createdBy: () => p.manyToOne(User).ref().nullable(),
  },
});

/** A membership. */
export class Member extends MemberSchema.class {}
MemberSchema.setClass(Member);

/** A membership with its user and the user who created it. */
export type LoadedMember = Loaded<Member, "user" | "createdBy">;
