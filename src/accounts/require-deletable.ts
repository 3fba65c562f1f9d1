/** What must hold before an account can be deleted. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { requireNotLastOwner } from "../members/last-owner.ts";
import { Namespace } from "../namespaces/namespace.entity.ts";
import { requireEmptyNamespace } from "../namespaces/remove-namespace.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { lockUser } from "../users/delete-user.ts";
import type { User } from "../users/user.entity.ts";
import { requireNotSelf } from "./find-account.ts";
import { requireAnotherAdministrator } from "./last-administrator.ts";

/**
 * Requires that a human can be deleted, and locks what could keep them until the transaction ends. The caller holds
 * `lockDepartures`. Answers their personal namespace, which goes with them.
 *
 * @throws RuleRefusedError for the last administrator, or when administrators mean themselves
 * @throws ConflictError while their namespace holds projects, or a group has no other Owner
 */
export async function requireDeletable(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  user: User,
): Promise<Namespace | null> {
  requireNotSelf(caller, user, "delete yourself");
  const personal = await em.findOne(
    Namespace,
    { kind: "user", fullPath: { path: user.username } },
    { populate: ["fullPath"] },
  );
  if (personal !== null) await requireEmptyNamespace(em, personal, "the user's personal namespace");
  await lockUser(em, user.id);
  await requireAnotherAdministrator(em, user);
  await requireNotLastOwner(em, user);
  return personal;
}
