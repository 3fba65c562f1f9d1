/** Replaces the password of a human by one that they chose themselves. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { Actor } from "../principals/principal.ts";
import { passwordFingerprint } from "../users/password.ts";
import type { User } from "../users/user.entity.ts";
import type { EndSignInsServices } from "./end-sign-ins.ts";
import { recordAccountEvent } from "./record-account-event.ts";

/** What becomes of the account. */
export interface NewPassword {
  readonly passwordDigest: string;
  /** The id of the web session that it is changed in, if it is in one: that one goes on. */
  readonly keepWebSession?: number | undefined;
  /** The human themselves. */
  readonly by: Actor;
  readonly at: Date;
}

/** Sets the password of a locked user, inside the caller's transaction; what stood in place of the old one ends. */
export async function replacePassword(
  em: SqlEntityManager,
  { endSignIns }: EndSignInsServices,
  user: User,
  { passwordDigest, keepWebSession, by, at }: NewPassword,
): Promise<void> {
  user.passwordDigest = passwordDigest;
  await em.flush();
  const kept =
    keepWebSession === undefined
      ? undefined
      : { id: keepWebSession, passwordFingerprint: passwordFingerprint(passwordDigest) };
  await endSignIns(em, user.id, { by, at }, kept);
  await recordAccountEvent(em, { by, action: "updated", user, at });
}
