/** Creates sign-in links: Keyside sends no mail, so an administrator hands them on. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { digestSecret } from "../access-tokens/secret.ts";
import { findHumanAccount } from "../accounts/find-account.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { RuleRefusedError } from "../errors.ts";
import { recordEvent } from "../events/record-event.ts";
import type { IdSource } from "../ids.ts";
import { requireAdministrator, requireStrengthOfPassword, type SignedInPrincipal } from "../principals/principal.ts";
import { lockUser } from "../users/delete-user.ts";
import type { User } from "../users/user.entity.ts";
import { SignInLink, type SignInLinkKind } from "./sign-in-link.entity.ts";
import { makeWebSecret } from "./web-secret.ts";

const MINUTE_MS = 60_000;

/** How long a link can be used. Whoever is signed in now is near; an invitation lies in a mailbox over a weekend. */
const LIFE_MS: Readonly<Record<SignInLinkKind, number>> = { sign_in: 15 * MINUTE_MS, invitation: 72 * 60 * MINUTE_MS };

/** What an event calls a link. */
const TITLES: Readonly<Record<SignInLinkKind, string>> = { sign_in: "sign-in link", invitation: "invitation" };

/** A new link. */
export interface CreatedSignInLink {
  readonly id: number;
  /** For its address, and nothing else; shown once. */
  readonly secret: string;
  readonly expiresAt: Date;
}

/**
 * Creates a link by which a human signs in once: within 15 minutes, or, with an invitation, which lets them set a password,
 * within 72 hours. It takes the place of one of the same kind that they have.
 *
 * @throws ForbiddenError when the caller is not an administrator, or their credential is weaker than what the link stands for
 * @throws NotFoundError when there is no such user
 * @throws RuleRefusedError for a bot or the ghost, and for a blocked human
 * @see docs/spec/web.md "Sign-in and sessions"
 */
export function createSignInLink(
  { database, clock, ids }: UseCaseServices & { readonly ids: IdSource },
  { caller, userId, kind }: { caller: SignedInPrincipal; userId: number; kind: SignInLinkKind },
): Promise<CreatedSignInLink> {
  return database.transaction(async (em) => {
    requireAdministrator(caller);
    requireStrengthOfPassword(caller, "sign-in link");
    const user = await lockRecipient(em, caller, userId);
    return await addSignInLink(em, ids, { by: caller, user, kind, at: clock.now() });
  });
}

/** Adds a link for a user whom nobody can block meanwhile, inside the caller's transaction. */
export async function addSignInLink(
  em: SqlEntityManager,
  ids: IdSource,
  { by, user, kind, at }: { by: SignedInPrincipal; user: User; kind: SignInLinkKind; at: Date },
): Promise<CreatedSignInLink> {
  await em.nativeDelete(SignInLink, { user, kind });
  const secret = makeWebSecret(ids);
  const expiresAt = new Date(at.getTime() + LIFE_MS[kind]);
  const digest = digestSecret(secret);
  const link = em.create(SignInLink, { createdAt: at, user, createdBy: by.userId, kind, digest, expiresAt });
  await em.flush();
  const title = `${TITLES[kind]} for ${user.username}`;
  await recordEvent(em, { by, action: "created", target: { type: "SignInLink", id: link.id, title }, at });
  return { id: link.id, secret, expiresAt };
}

/** Whoever blocks the user at this moment has to wait, and ends the link then. */
async function lockRecipient(em: SqlEntityManager, caller: SignedInPrincipal, userId: number): Promise<User> {
  await lockUser(em, userId);
  const user = await findHumanAccount(em, caller, userId, "signed in by a link");
  if (user.state === "blocked") throw new RuleRefusedError(`${user.username} is blocked: unblock them first`);
  return user;
}
