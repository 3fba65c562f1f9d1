/** Creates groups and subgroups. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { ForbiddenError } from "../errors.ts";
import { addFirstOwner } from "../members/add-first-owner.ts";
import { createNamespace } from "../namespaces/create-namespace.ts";
import { findGroupAtLevel } from "../namespaces/find-namespace.ts";
import type { Namespace } from "../namespaces/namespace.entity.ts";
import { requireSegment } from "../namespaces/path.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { recordGroupEvent } from "./record-group-event.ts";

/** The input of a new group. */
export interface CreateGroupInput {
  readonly caller: SignedInPrincipal;
  readonly name: string;
  /** The last segment of its path. */
  readonly path: string;
  readonly parentId: number | null;
  readonly description: string | null;
}

/**
 * Creates a group owned by the caller, at the top level or in a group where they are Maintainer or above.
 *
 * @throws NotFoundError when the caller is not a member of the parent
 * @throws ForbiddenError when the caller is a bot, or their level in the parent is too low
 * @throws ValidationError when the path is not allowed at the top level
 * @throws ConflictError when the path is taken
 */
export function createGroup({ database, clock }: UseCaseServices, input: CreateGroupInput): Promise<Namespace> {
  const { caller, parentId } = input;
  if (caller.kind === "bot") throw new ForbiddenError("a bot user may not create groups");
  return database.transaction(async (em) => {
    const parent = parentId === null ? null : await findGroupAtLevel(em, caller, parentId, ACCESS_LEVELS.maintainer);
    requireSegment(input.path, parent === null ? "top" : "nested");
    const now = clock.now();
    const group = await createNamespace(em, {
      kind: "group",
      name: input.name,
      path: parent === null ? input.path : `${parent.namespace.fullPath.path}/${input.path}`,
      parent: parent?.namespace ?? null,
      description: input.description,
      now,
    });
    await addFirstOwner(em, { namespace: group, userId: caller.userId, now });
    await recordGroupEvent(em, { by: caller, action: "created", group, at: now });
    return group;
  });
}
