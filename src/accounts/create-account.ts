/** Makes the account of a human, with the personal namespace that comes with it. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { violatesUnique } from "../database/database-errors.ts";
import { ConflictError } from "../errors.ts";
import { recordEvent } from "../events/record-event.ts";
import type { Actor } from "../principals/principal.ts";
import { User } from "../users/user.entity.ts";
import { createNamespace } from "../namespaces/create-namespace.ts";

/** What an account is made from; the password is already digested. */
export interface CreateAccountInput {
  readonly by: Actor;
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly admin: boolean;
  /** Null for an account that no password opens yet. */
  readonly passwordDigest: string | null;
  readonly now: Date;
}

/**
 * Makes a human and their namespace, inside the caller's transaction.
 *
 * @throws ConflictError when the username or the e-mail address is taken
 */
export async function createAccount(em: SqlEntityManager, input: CreateAccountInput): Promise<User> {
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
  await createPersonalNamespace(em, user, input.now);
  const target = { type: "User", id: user.id, title: user.username } as const;
  await recordEvent(em, { by: input.by, action: "created", target, at: input.now });
  return user;
}

/**
 * Writes a new or changed account.
 *
 * @throws ConflictError when the username or the e-mail address is taken
 */
export async function flushAccount(em: SqlEntityManager): Promise<void> {
  try {
    await em.flush();
  } catch (error) {
    if (violatesUnique(error, "users_username_unique")) throw new ConflictError("Username has already been taken");
    if (violatesUnique(error, "users_email_unique")) throw new ConflictError("Email has already been taken");
    throw error;
  }
}

/** Makes the namespace that a human owns alone, at their username. */
export async function createPersonalNamespace(em: SqlEntityManager, user: User, now: Date): Promise<void> {
  await createNamespace(em, {
    kind: "user",
    name: user.name,
    path: user.username,
    parent: null,
    description: null,
    ownerId: user.id,
    now,
  });
}
