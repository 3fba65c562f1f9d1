/** Creates groups and subgroups. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { ForbiddenError } from "../errors.ts";
import { addFirstOwner } from "../members/add-first-owner.ts";
import { type CreatedNamespace, createNamespace } from "../namespaces/create-namespace.ts";
import { findGroupAtLevel } from "../namespaces/find-namespace.ts";
import { requireGroupDepth, requireSegment } from "../namespaces/path.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import { isAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
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

/** The services that creating a group needs. */
export interface CreateGroupServices extends UseCaseServices {
  /** Who creates groups at the top level: everyone, or administrators alone. */
  readonly topLevelGroups: "everyone" | "administrators";
}

/**
 * Creates a group owned by the caller, at the top level or in a group where they are Maintainer or above.
 *
 * @throws NotFoundError when the caller is not a member of the parent
 * @throws ForbiddenError when the caller is a bot, their level in the parent is too low, or the top level is not theirs
 * @throws ValidationError when the path is not allowed where it stands
 * @throws RuleRefusedError when it would lie deeper than groups may nest
 * @throws ConflictError when the path is taken
 */
export function createGroup(
  { database, clock, topLevelGroups }: CreateGroupServices,
  input: CreateGroupInput,
): Promise<CreatedNamespace> {
  const { caller, parentId } = input;
  if (caller.kind === "bot") throw new ForbiddenError("a bot user may not create groups");
  return database.transaction(async (em) => {
    const parent = parentId === null ? null : await findGroupAtLevel(em, caller, parentId, ACCESS_LEVELS.maintainer);
    if (parent === null && topLevelGroups === "administrators" && !isAdministrator(caller)) {
      throw new ForbiddenError("only administrators create groups at the top level of this instance");
    }
    requireSegment(input.path, parent === null ? "top" : "nested");
    const path = parent === null ? input.path : `${parent.namespace.fullPath.path}/${input.path}`;
    requireGroupDepth(path);
    const now = clock.now();
    const created = await createNamespace(em, {
      kind: "group",
      name: input.name,
      path,
      within: parent === null ? null : { parent: parent.namespace, accessLevel: parent.accessLevel },
      administrator: isAdministrator(caller),
      description: input.description,
      now,
    });
    const { namespace: group } = created;
    await addFirstOwner(em, { namespace: group, userId: caller.userId, now });
    await recordGroupEvent(em, { by: caller, action: "created", group, at: now });
    return created;
  });
}
