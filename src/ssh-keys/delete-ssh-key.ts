/** Deletes SSH keys: nobody signs in with them any more. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { NotFoundError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { endSshKeys } from "./end-ssh-keys.ts";
import { requireKeyOwner, type SshKeyOwner } from "./ssh-key-owner.ts";

/**
 * Deletes a key.
 *
 * @throws ForbiddenError when the caller may not delete it
 * @throws NotFoundError when the owner has no such key
 */
export async function deleteSshKey(
  { database, clock }: UseCaseServices,
  { caller, owner, keyId }: { readonly caller: SignedInPrincipal; readonly owner: SshKeyOwner; readonly keyId: number },
): Promise<void> {
  const userId = requireKeyOwner(caller, owner);
  const authorship = { by: caller, at: clock.now() };
  const ended = await database.transaction((em) => endSshKeys(em, { userIds: [userId], keyId }, authorship));
  if (ended === 0) throw new NotFoundError("Key");
}
