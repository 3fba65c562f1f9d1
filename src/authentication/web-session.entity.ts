/**
 * A human who is signed in to the pages with one browser. It lasts until they sign out, somebody ends it, the user is
 * blocked, the password changes, it lies idle or gets too old.
 */
import { defineEntity, p } from "@mikro-orm/core";
import { baseProperties } from "../database/base.entity.ts";
import { User } from "../users/user.entity.ts";

/** How a session began. */
export const WEB_SESSION_METHODS = ["password", "link"] as const;
/** One of the ways in which a session begins. */
export type WebSessionMethod = (typeof WEB_SESSION_METHODS)[number];

const WebSessionSchema = defineEntity({
  name: "WebSession",
  tableName: "web_sessions",
  properties: {
    ...baseProperties,
    user: () => p.manyToOne(User).ref(),
    method: p.enum(WEB_SESSION_METHODS),
    /** SHA-256 of the secret in the cookie, in hexadecimal. */
    digest: p.text().unique().hidden(),
    /** Right to five minutes: it is written later, and no more often than that. */
    lastSeenAt: p.datetime().columnType("timestamptz"),
    /** When its user last showed who they are: by signing in, or by giving the password again. */
    confirmedAt: p.datetime().columnType("timestamptz"),
    /** Where it was last seen: an IPv4 address, or an IPv6 network of 64 bits; empty for a client without an address. */
    network: p.text(),
    /** The User-Agent that it began with, made presentable. */
    browser: p.text().nullable(),
    /** Of the password at that time, or null where there was none: once the two differ, the session is dead. */
    passwordFingerprint: p.text().nullable().hidden(),
  },
});

/** A session of the pages. */
export class WebSession extends WebSessionSchema.class {}
WebSessionSchema.setClass(WebSession);
