/**
 * A public key of SSH. Whoever has the private half signs in to Git as its user: with all Git scopes, or as the access token
 * that it belongs to may, for as long as that lives.
 */
import { defineEntity, p } from "@mikro-orm/core";
import { AccessToken } from "../access-tokens/access-token.entity.ts";
import { baseProperties } from "../database/base.entity.ts";
import { User } from "../users/user.entity.ts";

const SshKeySchema = defineEntity({
  name: "SshKey",
  tableName: "ssh_keys",
  properties: {
    ...baseProperties,
    user: () => p.manyToOne(User).ref(),
    /** The access token that it belongs to, and that added it; null for a human's own. */
    accessToken: () => p.manyToOne(AccessToken).ref().nullable(),
    title: p.text(),
    /** A line of `authorized_keys` without options and comment. */
    key: p.text(),
    /** As OpenSSH prints it: `SHA256:` and base64 without padding. */
    fingerprintSha256: p.text().unique(),
    /** `YYYY-MM-DD`: the key is expired from 00:00:00 UTC of this date on; null: it never expires by itself. */
    expiresAt: p.date().nullable(),
    lastUsedAt: p.datetime().columnType("timestamptz").nullable(),
  },
});

/** An SSH key. */
export class SshKey extends SshKeySchema.class {}
SshKeySchema.setClass(SshKey);
