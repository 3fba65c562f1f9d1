/** Deletes projects. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { recordEvent } from "../events/record-event.ts";
import { leaveTombstone } from "../namespaces/leave-tombstone.ts";
import type { ResourceId } from "../namespaces/path.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import type { Authorship } from "../users/delete-user.ts";
import { findProjectAtLevel } from "./find-project.ts";

/** The services that deleting a project needs. */
export interface DeleteProjectServices extends UseCaseServices {
  /** Deletes what the rooms above keep in a project, in the same transaction. */
  readonly clearProject: (em: SqlEntityManager, projectId: number, authorship: Authorship) => Promise<void>;
}

/**
 * Deletes a project, for its Owners, with its access tokens and their bots. Its events remain, without a project,
 * and its path as a tombstone.
 *
 * @throws NotFoundError when the caller does not see it
 * @throws ForbiddenError when the caller is not an Owner
 */
export function deleteProject(
  { database, clock, clearProject }: DeleteProjectServices,
  input: { caller: SignedInPrincipal; project: ResourceId },
): Promise<void> {
  const { caller } = input;
  return database.transaction(async (em) => {
    const { project } = await findProjectAtLevel(em, caller, input.project, ACCESS_LEVELS.owner);
    // Whoever adds something to it now has to wait, and then finds it gone.
    await em.execute("select 1 from projects where id = ? for update", [project.id]);
    const at = clock.now();
    const target = { type: "Project", id: project.id, title: project.fullPath.path } as const;
    await recordEvent(em, { by: caller, action: "destroyed", target, projectId: project.id, at });
    await clearProject(em, project.id, { by: caller, at });
    await em.execute("delete from members where project_id = ?", [project.id]);
    await em.execute("delete from projects where id = ?", [project.id]);
    await leaveTombstone(em, project.fullPath, { namespaceId: project.namespace.id, at });
  });
}
