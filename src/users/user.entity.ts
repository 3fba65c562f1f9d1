/** The account: a human, the bot behind a project access token, or the ghost. Has no behaviour. */
import { defineEntity, p } from "@mikro-orm/core";
import { baseProperties } from "../database/base.entity.ts";

/** The kinds of accounts. @see docs/spec/access-tokens.md "Vocabulary" */
export const USER_TYPES = ["human", "project_bot", "ghost"] as const;
/** One of the kinds of accounts. */
export type UserType = (typeof USER_TYPES)[number];

/** The states of an account. No credential of a blocked user is accepted. */
export const USER_STATES = ["active", "blocked"] as const;
/** One of the states of an account. */
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
    /** An scrypt digest as `src/users/password.ts` writes it; null without a password (bots, the ghost). */
    passwordDigest: p.text().nullable().hidden(),
    /** Who created this account; for a bot user, who created its token. Null for the first accounts. */
    createdBy: () => p.manyToOne(User).ref().nullable(),
  },
});

/** An account. */
export class User extends UserSchema.class {}
UserSchema.setClass(User);
