/** Frees the paths of what was deleted. */
import { LockMode } from "@mikro-orm/core";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { NotFoundError } from "../errors.ts";
import { recordEvent } from "../events/record-event.ts";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { FullPath } from "./full-path.entity.ts";

/**
 * Removes a tombstone, so that anybody who may create something there can have the path, with the images under it.
 * Tombstones of paths below it stay.
 *
 * @throws ForbiddenError when the caller is not an administrator
 * @throws NotFoundError when there is none: the path is free, or something has it
 * @see docs/spec/access-tokens.md "Paths outlive what they named"
 */
export function releasePath(
  { database, clock }: UseCaseServices,
  { caller, path }: { caller: SignedInPrincipal; path: string },
): Promise<void> {
  requireAdministrator(caller);
  return database.transaction(async (em) => {
    const where = { path, deletedAt: { $ne: null } };
    const tombstone = await em.findOne(FullPath, where, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (tombstone === null) throw new NotFoundError("Deleted Path");
    await em.nativeDelete(FullPath, { id: tombstone.id });
    const target = { type: "Path", id: null, title: path } as const;
    await recordEvent(em, { by: caller, action: "released", target, at: clock.now() });
  });
}
