/** Makes, changes and deletes groups. */

import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { ForbiddenError, RuleRefusedError } from "../errors.ts";
import type { EventAction } from "../events/event.entity.ts";
import { recordEvent } from "../events/record-event.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { createNamespace } from "../namespaces/create-namespace.ts";
import type { Namespace } from "../namespaces/namespace.entity.ts";
import { lastSegment, requireSegment } from "../namespaces/path.ts";
import { findGroupAtLevel, type Reference } from "../projects/find-project.ts";
import type { ProjectServices } from "../projects/project-services.ts";
import { removeNamespace, requireEmptyNamespace } from "../namespaces/remove-namespace.ts";

type Services = Pick<ProjectServices, "database" | "clock">;

/** What a group is made from. */
export interface CreateGroupInput {
  readonly caller: SignedInPrincipal;
  readonly name: string;
  /** The last segment of its path. */
  readonly path: string;
  readonly parentId: number | null;
  readonly description: string | null;
}

/**
 * Makes a group that the caller owns, at the top or in a group where the caller is Maintainer or above.
 *
 * @throws NotFoundError when the caller is no member of the parent
 * @throws ForbiddenError when the caller is a bot, or their level in the parent too low
 * @throws ValidationError when the path may not stand first
 * @throws ConflictError when the path is taken
 */
export function createGroup({ database, clock }: Services, input: CreateGroupInput): Promise<Namespace> {
  const { caller, parentId } = input;
  if (caller.kind === "bot") throw new ForbiddenError("a bot user may not create groups");
  return database.transaction(async (em) => {
    const parent = parentId === null ? null : await findGroupAtLevel(em, caller, parentId, ACCESS_LEVELS.maintainer);
    requireSegment(input.path, parent === null ? "top" : "nested");
    const now = clock.now();
    const group = await createNamespace(em, {
      kind: "group",
      name: input.name,
      path: parent === null ? input.path : `${parent.thing.route.path}/${input.path}`,
      parent: parent?.thing ?? null,
      description: input.description,
      ownerId: caller.userId,
      now,
    });
    await record(em, caller, "created", group, now);
    return group;
  });
}

/**
 * Changes a group, for its Owners.
 *
 * @throws NotFoundError when the caller is no member
 * @throws ForbiddenError when the caller is no Owner
 * @throws RuleRefusedError for a new path
 */
export function updateGroup(
  { database, clock }: Services,
  input: {
    caller: SignedInPrincipal;
    group: Reference;
    changes: { name?: string | undefined; path?: string | undefined; description?: string | null | undefined };
  },
): Promise<Namespace> {
  const { caller, changes } = input;
  return database.transaction(async (em) => {
    const { thing: group } = await findGroupAtLevel(em, caller, input.group, ACCESS_LEVELS.owner);
    if (changes.path !== undefined && changes.path !== lastSegment(group.route.path)) {
      throw new RuleRefusedError("the path of a group cannot be changed: the names of images begin with it");
    }
    group.name = changes.name ?? group.name;
    if (changes.description !== undefined) group.description = changes.description;
    await em.flush();
    await record(em, caller, "updated", group, clock.now());
    return group;
  });
}

/**
 * Deletes an empty group, for its Owners.
 *
 * @throws NotFoundError when the caller is no member
 * @throws ForbiddenError when the caller is no Owner
 * @throws ConflictError while it holds projects or groups
 * @see docs/adr/0009-what-holds-projects-stays.md
 */
export function deleteGroup(
  { database, clock }: Services,
  input: { caller: SignedInPrincipal; group: Reference },
): Promise<void> {
  return database.transaction(async (em) => {
    const { thing: group } = await findGroupAtLevel(em, input.caller, input.group, ACCESS_LEVELS.owner);
    await requireEmptyNamespace(em, group, "the group");
    await removeNamespace(em, group);
    await record(em, input.caller, "destroyed", group, clock.now());
  });
}

async function record(em: SqlEntityManager, by: SignedInPrincipal, action: EventAction, group: Namespace, at: Date) {
  await recordEvent(em, { by, action, target: { type: "Group", id: group.id, title: group.route.path }, at });
}
