/**
 * A link by which a human may sign in to the pages without a password, once. Of each kind a user has one at most: a newer
 * one takes the place of the one before.
 */
import { defineEntity, p } from "@mikro-orm/core";
import { baseProperties } from "../database/base.entity.ts";
import { User } from "../users/user.entity.ts";

/** `sign_in` signs in, and that is all; `invitation` sets a password besides. */
export const SIGN_IN_LINK_KINDS = ["sign_in", "invitation"] as const;
/** One of the kinds of sign-in links. */
export type SignInLinkKind = (typeof SIGN_IN_LINK_KINDS)[number];

const SignInLinkSchema = defineEntity({
  name: "SignInLink",
  tableName: "sign_in_links",
  properties: {
    ...baseProperties,
    /** Whom it signs in. */
    user: () => p.manyToOne(User).ref(),
    /** The administrator who made it. It is worth nothing once they are none. */
    createdBy: () => p.manyToOne(User).ref(),
    kind: p.enum(SIGN_IN_LINK_KINDS),
    /** SHA-256 of the secret in its address, in hexadecimal. */
    digest: p.text().unique().hidden(),
    expiresAt: p.datetime().columnType("timestamptz"),
  },
  uniques: [{ properties: ["user", "kind"], name: "sign_in_links_user_id_kind_unique" }],
});

/** A sign-in link. */
export class SignInLink extends SignInLinkSchema.class {}
SignInLinkSchema.setClass(SignInLink);
