/** Creates the account of a human, with its personal namespace. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { requireStrengthOfPassword, type SignedInPrincipal } from "../principals/principal.ts";
import { User } from "../users/user.entity.ts";
import { createPersonalNamespace } from "./create-personal-namespace.ts";
import { flushAccount } from "./flush-account.ts";
import { recordAccountEvent } from "./record-account-event.ts";

/** The input of a new account; the password is already hashed. */
export interface CreateAccountInput {
  readonly by: SignedInPrincipal;
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly admin: boolean;
  /** Null for an account without a password yet. */
  readonly passwordDigest: string | null;
  readonly now: Date;
}

/** A new account. */
export interface CreatedAccount {
  readonly user: User;
  /** Whether something that was deleted had the path of its namespace. */
  readonly wasDeleted: boolean;
}

/**
 * Creates a human and their namespace, inside the caller's transaction.
 *
 * @throws ForbiddenError when it gets a password, and the creator's credential has not every scope
 * @throws ConflictError when the username or the e-mail address is taken
 */
export async function createAccount(em: SqlEntityManager, input: CreateAccountInput): Promise<CreatedAccount> {
  if (input.passwordDigest !== null) requireStrengthOfPassword(input.by);
  const user = em.create(User, {
    createdAt: input.now,
    username: input.username,
    name: input.name,
    email: input.email,
    userType: "human",
    state: "active",
    admin: input.admin,
    passwordDigest: input.passwordDigest,
    createdBy: input.by.userId,
  });
  await flushAccount(em);
  const wasDeleted = await createPersonalNamespace(em, user, input.now);
  await recordAccountEvent(em, { by: input.by, action: "created", user, at: input.now });
  return { user, wasDeleted };
}
