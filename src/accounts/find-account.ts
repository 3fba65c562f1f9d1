/** Finds accounts: for anybody who is signed in to look at, or for an administrator to change. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { NotFoundError, RuleRefusedError } from "../errors.ts";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { requireHumanUser } from "../users/require-human-user.ts";
import { User } from "../users/user.entity.ts";

/**
 * An account, of whatever kind.
 *
 * @throws NotFoundError when there is none
 */
export async function findAccount(em: SqlEntityManager, userId: number): Promise<User> {
  const user = await em.findOne(User, { id: userId });
  if (user === null) throw new NotFoundError("User");
  return user;
}

/**
 * The account of a human, for an administrator to change.
 *
 * @param change what is refused for others, as `cannot be ...` goes on: `blocked`
 * @throws ForbiddenError when the caller is no administrator
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
  const user = await findAccount(em, userId);
  requireHumanUser(user, change);
  return user;
}

/**
 * Demands that administrators do not do this to themselves: an instance keeps an administrator.
 *
 * @param change as `you cannot ...` goes on: `block yourself`
 * @throws RuleRefusedError when the account is the caller's own
 */
export function requireNotSelf(caller: SignedInPrincipal, user: User, change: string): void {
  if (caller.userId === user.id) throw new RuleRefusedError(`you cannot ${change}: another administrator can`);
}
