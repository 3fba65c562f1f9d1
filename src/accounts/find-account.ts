/** Finds the accounts of humans, for an administrator to change. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { RuleRefusedError } from "../errors.ts";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { findUser } from "../users/find-user.ts";
import { requireHumanUser } from "../users/require-human-user.ts";
import type { User } from "../users/user.entity.ts";

/**
 * Finds the account of a human, for an administrator to change.
 *
 * @param change the refused change, to be put after `cannot be`: `blocked`
 * @throws ForbiddenError when the caller is not an administrator
 * @throws NotFoundError when there is none
 * @throws RuleRefusedError for a bot or the ghost
 */
export async function findHumanAccount(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  userId: number,
  change: string,
): Promise<User> {
  requireAdministrator(caller);
  const user = await findUser(em, userId);
  requireHumanUser(user, change);
  return user;
}

/**
 * Requires that administrators do not do this to themselves, so that an instance keeps an administrator.
 *
 * @param change to be put after `you cannot`: `block yourself`
 * @throws RuleRefusedError when the account is the caller's own
 */
export function requireNotSelf(caller: SignedInPrincipal, user: User, change: string): void {
  if (caller.userId === user.id) throw new RuleRefusedError(`you cannot ${change}: another administrator can`);
}
