/**
 * A stored secret: a personal access token of a human (no project), or a project access token of a bot user. The row
 * outlives the secret: after revocation it stays as the project's history, owned by the ghost user.
 */
import { defineEntity, p } from "@mikro-orm/core";
import { baseProperties } from "../database/base.entity.ts";
import type { RepositoryRule } from "../principals/repository-rules.ts";
import type { TokenScope } from "../principals/token-scope.ts";
import { Project } from "../projects/project.entity.ts";
import { User } from "../users/user.entity.ts";

const AccessTokenSchema = defineEntity({
  name: "AccessToken",
  tableName: "access_tokens",
  properties: {
    ...baseProperties,
    /** The user that the token acts as. */
    user: () => p.manyToOne(User).ref(),
    /** The one project that a project access token opens; null for a personal one. */
    project: () => p.manyToOne(Project).ref().nullable(),
    name: p.text(),
    description: p.text().nullable(),
    scopes: p.array<TokenScope>((scope) => scope as TokenScope),
    /** What of its project's repositories a project access token reaches; null: all. */
    repositoryRules: p.json<readonly RepositoryRule[]>().nullable(),
    /** The database's own digest of the rules, by which a process knows those that it has read. */
    repositoryRulesDigest: p.text().nullable().persist(false),
    /** Addresses and networks (CIDR) that the secret is accepted from; null: everywhere. */
    ipAllowList: p.array<string>((entry) => entry).nullable(),
    /** The bot's level in the project, kept for the history; null for a personal token. */
    accessLevel: p.integer().nullable(),
    /** SHA-256 of the secret, in hexadecimal. */
    digest: p.text().unique().hidden(),
    /** The secret's last four characters, for people to recognise it by. */
    lastFour: p.text(),
    /** `YYYY-MM-DD`: the token is expired from 00:00:00 UTC of this date on; null: it never expires. */
    expiresAt: p.date().nullable(),
    createdBy: () => p.manyToOne(User).ref(),
    /** The id shared by a token and its rotations. Of a family two live at most: the current one, and one in grace. */
    family: p.text(),
    /** The token that this one was rotated from. */
    predecessor: () => p.oneToOne(AccessToken).owner().ref().nullable(),
    /** When the grace of a token ends that was rotated away with one; null for any other. */
    retiresAt: p.datetime().columnType("timestamptz").nullable(),
    lastUsedAt: p.datetime().columnType("timestamptz").nullable(),
    /** The addresses of its last uses, the latest first, five at most; null: none is known. */
    lastUsedIps: p.array<string>((address) => address).nullable(),
    /** What the client of the last use calls itself; null: not known. */
    lastUsedClient: p.text().nullable(),
    /** From when on the use of its scopes is recorded, of a token that is older than that record; null: it is not. */
    scopeUsesSince: p.datetime().columnType("timestamptz").nullable(),
    revokedAt: p.datetime().columnType("timestamptz").nullable(),
    revokedBy: () => p.manyToOne(User).ref().nullable(),
    /** When the expiry was recorded as an event; null if it was not. */
    expiryRecordedAt: p.datetime().columnType("timestamptz").nullable(),
  },
});

/** An access token. */
export class AccessToken extends AccessTokenSchema.class {}
AccessTokenSchema.setClass(AccessToken);
