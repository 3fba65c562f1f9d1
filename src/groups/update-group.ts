/** Changes groups. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { RuleRefusedError } from "../errors.ts";
import { findGroupAtLevel } from "../namespaces/find-namespace.ts";
import type { Namespace } from "../namespaces/namespace.entity.ts";
import { lastSegment, type ResourceId } from "../namespaces/path.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { recordGroupEvent } from "./record-group-event.ts";

/**
 * Changes a group; the caller must be an Owner.
 *
 * @throws NotFoundError when the caller is not a member
 * @throws ForbiddenError when the caller is not an Owner
 * @throws RuleRefusedError for a new path
 */
export function updateGroup(
  { database, clock }: UseCaseServices,
  input: {
    caller: SignedInPrincipal;
    group: ResourceId;
    changes: { name?: string | undefined; path?: string | undefined; description?: string | null | undefined };
  },
): Promise<Namespace> {
  const { caller, changes } = input;
  return database.transaction(async (em) => {
    const { namespace: group } = await findGroupAtLevel(em, caller, input.group, ACCESS_LEVELS.owner);
    if (changes.path !== undefined && changes.path !== lastSegment(group.fullPath.path)) {
      throw new RuleRefusedError("the path of a group cannot be changed: the names of images begin with it");
    }
    group.name = changes.name ?? group.name;
    if (changes.description !== undefined) group.description = changes.description;
    await em.flush();
    await recordGroupEvent(em, { by: caller, action: "updated", group, at: clock.now() });
    return group;
  });
}
