/** Lists accounts: of humans, bots and the ghost. */
import type { FilterQuery } from "@mikro-orm/core";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { likePattern } from "../database/like-pattern.ts";
import type { Page } from "../database/page.ts";
import { ForbiddenError } from "../errors.ts";
import { seekVisibleUser } from "../members/find-visible-user.ts";
import { isAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { User, type UserState, type UserType } from "../users/user.entity.ts";

/** Which accounts are wanted, and in which order. */
export interface AccountFilter {
  /** The whole username, in any case. */
  readonly username?: string | undefined;
  /** Text that the name, username or (for administrators) e-mail address must contain. */
  readonly search?: string | undefined;
  /** Accounts that are in all of these states; two different states match no account. */
  readonly states: readonly UserState[];
  readonly types: readonly UserType[];
  readonly orderBy: "id" | "name" | "username" | "createdAt";
  readonly direction: "asc" | "desc";
}

/**
 * A page of accounts and the total count. Whoever is no administrator can find one account that they see, by its username.
 *
 * @throws ForbiddenError when the caller is no administrator and names no account
 */
export async function listAccounts(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  filter: AccountFilter,
  page: Page,
): Promise<[User[], number]> {
  const mayAll = isAdministrator(caller);
  if (!mayAll && !(await seesNamed(em, caller, filter.username))) return [[], 0];
  const where: FilterQuery<User>[] = filter.states.map((state) => ({ state }));
  if (filter.username !== undefined) where.push({ username: filter.username.toLowerCase() });
  if (filter.search !== undefined) {
    const pattern = { $ilike: likePattern(filter.search) };
    where.push({ $or: [{ name: pattern }, { username: pattern }, ...(mayAll ? [{ email: pattern }] : [])] });
  }
  where.push({ userType: { $in: [...filter.types] } });
  const orderBy = [{ [filter.orderBy]: filter.direction }, { id: filter.direction }];
  return await em.findAndCount(User, { $and: where }, { orderBy, ...page });
}

/** Whether the caller sees the account that they name. */
async function seesNamed(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  username: string | undefined,
): Promise<boolean> {
  if (username === undefined) throw new ForbiddenError();
  return (await seekVisibleUser(em, caller, { username: username.toLowerCase() })) !== undefined;
}
