/** Finds the SSH keys of a user. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { Page } from "../database/page.ts";
import { NotFoundError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { findUser } from "../users/find-user.ts";
import { SshKey } from "./ssh-key.entity.ts";
import { requireKeyOwner, type SshKeyOwner } from "./ssh-key-owner.ts";

/**
 * A page of keys, newest first, and the total count.
 *
 * @throws ForbiddenError when the caller may not see them
 * @throws NotFoundError when there is no such user
 */
export async function listSshKeys(
  em: SqlEntityManager,
  { caller, owner }: { readonly caller: SignedInPrincipal; readonly owner: SshKeyOwner },
  page: Page,
): Promise<[SshKey[], number]> {
  const userId = requireKeyOwner(caller, owner);
  if (owner !== "self") await findUser(em, userId);
  return await em.findAndCount(SshKey, { user: userId }, { orderBy: { id: "desc" }, ...page });
}

/**
 * One of the caller's own keys.
 *
 * @throws NotFoundError when they have no such key
 */
export async function findOwnSshKey(em: SqlEntityManager, caller: SignedInPrincipal, keyId: number): Promise<SshKey> {
  const key = await em.findOne(SshKey, { id: keyId, user: caller.userId });
  if (key === null) throw new NotFoundError("Key");
  return key;
}
