/**
 * A stored secret: a personal access token of a human (no project), or a project access token of a bot user. The row
 * outlives the secret: once revoked it stays as the project's history, and belongs to the ghost user.
 */
import { defineEntity, p } from "@mikro-orm/core";
import { baseProperties } from "../database/base.entity.ts";
import type { TokenScope } from "../principals/token-scope.ts";
import { Project } from "../projects/project.entity.ts";
import { User } from "../users/user.entity.ts";

const AccessTokenSchema = defineEntity({
  name: "AccessToken",
  tableName: "access_tokens",
  properties: {
    ...baseProperties,
    /** Who a bearer acts as. */
    user: () => p.manyToOne(User).ref(),
    /** The one project that a project access token opens; null for a personal one. */
    project: () => p.manyToOne(Project).ref().nullable(),
    name: p.text(),
    description: p.text().nullable(),
    scopes: p.array<TokenScope>((scope) => scope as TokenScope),
    /** The bot's level in the project, kept for the history; null for a personal token. */
    accessLevel: p.integer().nullable(),
    /** SHA-256 of the secret, in hexadecimal. */
    digest: p.text().unique().hidden(),
    /** The secret's last four characters, by which a person recognises it. */
    lastFour: p.text(),
    /** `YYYY-MM-DD`: dead from 00:00:00 UTC of this date on; null: never. */
    expiresAt: p.date().nullable(),
    createdBy: () => p.manyToOne(User).ref(),
    /** What a token and its rotations have in common; at most one of them is not revoked. */
    family: p.text(),
    /** The token that this one was rotated from. */
    predecessor: () => p.oneToOne(AccessToken).owner().ref().nullable(),
    lastUsedAt: p.datetime().columnType("timestamptz").nullable(),
    revokedAt: p.datetime().columnType("timestamptz").nullable(),
    revokedBy: () => p.manyToOne(User).ref().nullable(),
    /** When the event of its expiry was written. */
    expiryRecordedAt: p.datetime().columnType("timestamptz").nullable(),
  },
});

/** An access token. */
export class AccessToken extends AccessTokenSchema.class {}
AccessTokenSchema.setClass(AccessToken);
