/** The account: a human, the bot behind a project access token, or the ghost. Holds no behaviour. */
import { defineEntity, p } from "@mikro-orm/core";
import { baseProperties } from "../database/base.entity.ts";

/** What an account is. @see docs/spec/access-tokens.md "Vocabulary" */
export const USER_TYPES = ["human", "project_bot", "ghost"] as const;
export type UserType = (typeof USER_TYPES)[number];

/** A blocked user is nobody: no credential of theirs is accepted. */
export const USER_STATES = ["active", "blocked"] as const;
export type UserState = (typeof USER_STATES)[number];

const UserSchema = defineEntity({
  name: "User",
  tableName: "users",
  properties: {
    ...baseProperties,
    username: p.text().unique(),
    name: p.text(),
    email: p.text().unique(),
    userType: p.enum(USER_TYPES),
    state: p.enum(USER_STATES),
    admin: p.boolean(),
    /** An scrypt digest as `src/users/password.ts` writes it; null where no password can sign in (bots, the ghost). */
    passwordDigest: p.text().nullable().hidden(),
    /** Who made this account; for a bot user, who created its token. Null for the first accounts. */
    createdBy: () => p.manyToOne(User).ref().nullable(),
  },
});

/** An account. */
export class User extends UserSchema.class {}
UserSchema.setClass(User);
