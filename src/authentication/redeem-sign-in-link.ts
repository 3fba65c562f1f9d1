/** Redeems sign-in links: signs in whoever comes with one, once. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { digestSecret } from "../access-tokens/secret.ts";
import type { EndSignInsServices } from "../accounts/end-sign-ins.ts";
import { replacePassword } from "../accounts/replace-password.ts";
import { UnauthenticatedError, ValidationError } from "../errors.ts";
import {
  addWebSession,
  lockActiveHuman,
  type StartedWebSession,
  type StartWebSessionServices,
} from "./add-web-session.ts";
import type { AuthenticationServices } from "./authentication-services.ts";
import { digestNewPassword } from "./digest-new-password.ts";
import { findSignInLink } from "./find-sign-in-link.ts";
import type { Sender } from "./sender.ts";

/** What somebody comes with, and from where. */
export interface RedeemSignInLinkInput {
  readonly secret: string;
  /** The new password, which an invitation needs; another link leaves the password as it is, and takes none. */
  readonly password?: string | undefined;
  readonly sender: Sender;
  /** The id of a session that the same browser has, whosever it is: it ends. */
  readonly replaces?: number | undefined;
}

/**
 * Signs in the human that a link is for, and burns it; of those who come with it at once, one is signed in. An invitation sets
 * their password first, with which ends what stood in place of an old one.
 *
 * @throws UnauthenticatedError when the link is not known, was used or has ended
 * @throws ValidationError when an invitation comes without a new password; it can be used still
 * @throws TooManyFailuresError when too many wrong credentials came from the address, or too many passwords are being checked
 * @throws UnavailableError when too many passwords are being checked
 * @see docs/spec/web.md "Sign-in and sessions"
 */
export async function redeemSignInLink(
  services: AuthenticationServices & StartWebSessionServices & EndSignInsServices,
  { secret, password, sender, replaces }: RedeemSignInLinkInput,
): Promise<StartedWebSession> {
  const { database, clock } = services;
  // 1. Whose it is. A wrong one is counted.
  const link = await findSignInLink(services, secret, sender);
  if (link === undefined) throw unknownLink();
  // 2. The costly part, which is no transaction's to wait for.
  const passwordDigest =
    link.kind === "invitation" ? await digestNewPassword(services, required(password), sender) : null;
  return await database.transaction(async (em) => {
    // 3. Of all who come at once, whoever takes the row is signed in.
    const user = await lockActiveHuman(em, link.userId);
    if (user === null || !(await burn(em, secret, clock.now()))) throw unknownLink();
    // 4. Their password, and the session that begins with it.
    if (passwordDigest !== null) {
      const by = { kind: "user", userId: user.id, username: user.username, tokenId: null } as const;
      await replacePassword(em, services, user, { passwordDigest, by, at: clock.now() });
    }
    return await addWebSession(em, services, user, { method: "link", sender, replaces });
  });
}

/** Whether the link was there to be taken. */
async function burn(em: SqlEntityManager, secret: string, now: Date): Promise<boolean> {
  const burnt = await em.execute<unknown[]>(
    "delete from sign_in_links where digest = ? and expires_at > ? returning id",
    [digestSecret(secret), now],
  );
  return burnt.length > 0;
}

function required(password: string | undefined): string {
  if (password === undefined) throw new ValidationError([{ field: "password", message: "is missing" }]);
  return password;
}

function unknownLink(): UnauthenticatedError {
  return new UnauthenticatedError("this sign-in link is not known, or was used, or its time is over: ask for another");
}
