/**
 * A refresh token, which a client keeps in place of a human's password. It signs one user in to one service, until it
 * is revoked, the user is blocked or the password changes. It is not rotated, since docker keeps the first one.
 */
import { defineEntity, p } from "@mikro-orm/core";
import { baseProperties } from "../database/base.entity.ts";
import { User } from "../users/user.entity.ts";

const RefreshTokenSchema = defineEntity({
  name: "RefreshToken",
  tableName: "refresh_tokens",
  properties: {
    ...baseProperties,
    user: () => p.manyToOne(User).ref(),
    /** The registry's name, as in `REGISTRY_SERVICE`. */
    service: p.text(),
    /** What the client called itself, such as `docker`. */
    clientId: p.text().nullable(),
    /** SHA-256 of the secret, in hexadecimal. */
    digest: p.text().unique().hidden(),
    lastFour: p.text(),
    /** Of the password that it was created with: once the password changes, the two differ and the token is dead. */
    passwordFingerprint: p.text().hidden(),
    lastUsedAt: p.datetime().columnType("timestamptz").nullable(),
  },
});

/** A refresh token. */
export class RefreshToken extends RefreshTokenSchema.class {}
RefreshTokenSchema.setClass(RefreshToken);
