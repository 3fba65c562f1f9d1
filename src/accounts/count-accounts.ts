/** Counts accounts by what they are. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { likePattern } from "../database/like-pattern.ts";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";

/** How many accounts there are of each kind; a blocked human is not among the active ones. */
export interface AccountCounts {
  readonly active: number;
  readonly blocked: number;
  readonly bots: number;
}

const COUNT = `
  select count(*) filter (where user_type = 'human' and state = 'active')::int as active,
    count(*) filter (where user_type = 'human' and state = 'blocked')::int as blocked,
    count(*) filter (where user_type = 'project_bot')::int as bots
  from users where name ilike ? or username ilike ? or email ilike ?`;

/**
 * Counts the accounts whose name, username or e-mail address contains a text; an empty one is in all of them. One query.
 *
 * @throws ForbiddenError when the caller is not an administrator
 */
export async function countAccounts(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  search: string,
): Promise<AccountCounts> {
  requireAdministrator(caller);
  const pattern = likePattern(search);
  const [counts] = await em.execute<AccountCounts[]>(COUNT, [pattern, pattern, pattern]);
  return counts ?? { active: 0, blocked: 0, bots: 0 };
}
