/** Deletes groups. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { findGroupAtLevel } from "../namespaces/find-namespace.ts";
import type { ResourceId } from "../namespaces/path.ts";
import { removeNamespace, requireEmptyNamespace } from "../namespaces/remove-namespace.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { recordGroupEvent } from "./record-group-event.ts";

/**
 * Deletes an empty group; the caller must be an Owner.
 *
 * @throws NotFoundError when the caller is not a member
 * @throws ForbiddenError when the caller is not an Owner
 * @throws ConflictError while it holds projects or groups
 * @see docs/adr/0009-what-holds-projects-stays.md
 */
export function deleteGroup(
  { database, clock }: UseCaseServices,
  input: { caller: SignedInPrincipal; group: ResourceId },
): Promise<void> {
  return database.transaction(async (em) => {
    const at = clock.now();
    const { namespace: group } = await findGroupAtLevel(em, input.caller, input.group, ACCESS_LEVELS.owner);
    await requireEmptyNamespace(em, group, "the group");
    await removeNamespace(em, group, at);
    await recordGroupEvent(em, { by: input.caller, action: "destroyed", group, at });
  });
}
