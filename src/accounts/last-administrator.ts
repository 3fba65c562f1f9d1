/** Ensures that the instance keeps an administrator, whoever is demoted, blocked or deleted. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { RuleRefusedError } from "../errors.ts";
import { User } from "../users/user.entity.ts";

/**
 * Requires that there is an administrator besides this user; a blocked one does not count. The caller holds
 * `lockDepartures`.
 *
 * @throws RuleRefusedError when there is no other
 * @see docs/spec/access-tokens.md "Administrators and owners cannot vanish"
 */
export async function requireAnotherAdministrator(em: SqlEntityManager, user: User): Promise<void> {
  const others = await em.count(User, { userType: "human", admin: true, state: "active", id: { $ne: user.id } });
  if (others === 0) throw new RuleRefusedError("there must be an administrator: make another user one first");
}
