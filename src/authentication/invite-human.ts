/** Invites somebody who has no account yet: they get one, and a link by which they set its password. */
import { type CreatedAccount, createAccount } from "../accounts/create-account.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";
import type { IdSource } from "../ids.ts";
import { requireAdministrator, requireStrengthOfPassword, type SignedInPrincipal } from "../principals/principal.ts";
import { addSignInLink, type CreatedSignInLink } from "./create-sign-in-link.ts";

/** Who is invited. */
export interface InviteHumanInput {
  readonly caller: SignedInPrincipal;
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly admin: boolean;
}

/** The new account and its invitation. */
export interface InvitedHuman extends CreatedAccount {
  readonly link: CreatedSignInLink;
}

/**
 * Creates the account of a human with an invitation to it: both or none.
 *
 * @throws ForbiddenError when the caller is not an administrator, or their credential is weaker than what the link stands for
 * @throws ConflictError when the username or the e-mail address is taken
 * @see docs/spec/web.md "Sign-in and sessions"
 */
export function inviteHuman(
  { database, clock, ids }: UseCaseServices & { readonly ids: IdSource },
  { caller, ...human }: InviteHumanInput,
): Promise<InvitedHuman> {
  return database.transaction(async (em) => {
    requireAdministrator(caller);
    requireStrengthOfPassword(caller, "sign-in link");
    const at = clock.now();
    const created = await createAccount(em, { by: caller, ...human, passwordDigest: null, now: at });
    const link = await addSignInLink(em, ids, { by: caller, user: created.user, kind: "invitation", at });
    return { ...created, link };
  });
}
