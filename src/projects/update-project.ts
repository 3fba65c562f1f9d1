/** Changes and deletes projects. */
import { RuleRefusedError } from "../errors.ts";
import { recordEvent } from "../events/record-event.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { lastSegment } from "../namespaces/path.ts";
import type { Project, Visibility } from "./project.entity.ts";
import { findProjectAtLevel, type Reference } from "./find-project.ts";
import type { ProjectServices } from "./project-services.ts";

/** What of a project is changed. */
export interface ProjectChanges {
  readonly name?: string | undefined;
  readonly path?: string | undefined;
  readonly description?: string | null | undefined;
  readonly visibility?: Visibility | undefined;
  readonly containerRegistryEnabled?: boolean | undefined;
}

/**
 * Changes a project, for its Maintainers and above.
 *
 * @throws NotFoundError when the caller does not see it
 * @throws ForbiddenError when the caller's level is too low
 * @throws RuleRefusedError for a new path
 */
export function updateProject(
  { database, clock }: ProjectServices,
  input: { caller: SignedInPrincipal; project: Reference; changes: ProjectChanges },
): Promise<Project> {
  const { caller, changes } = input;
  return database.transaction(async (em) => {
    const { thing: project } = await findProjectAtLevel(em, caller, input.project, ACCESS_LEVELS.maintainer);
    if (changes.path !== undefined && changes.path !== lastSegment(project.route.path)) {
      throw new RuleRefusedError("the path of a project cannot be changed: its images' names begin with it");
    }
    project.name = changes.name ?? project.name;
    if (changes.description !== undefined) project.description = changes.description;
    project.visibility = changes.visibility ?? project.visibility;
    project.containerRegistryEnabled = changes.containerRegistryEnabled ?? project.containerRegistryEnabled;
    await em.flush();
    const target = { type: "Project", id: project.id, title: project.name } as const;
    await recordEvent(em, { by: caller, action: "updated", target, projectId: project.id, at: clock.now() });
    return project;
  });
}

/**
 * Deletes a project, for its Owners: its access tokens and their bots go with it; the events remain, without it.
 *
 * @throws NotFoundError when the caller does not see it
 * @throws ForbiddenError when the caller is no Owner
 */
export function deleteProject(
  { database, clock, clearProject }: ProjectServices,
  input: { caller: SignedInPrincipal; project: Reference },
): Promise<void> {
  const { caller } = input;
  return database.transaction(async (em) => {
    const { thing: project } = await findProjectAtLevel(em, caller, input.project, ACCESS_LEVELS.owner);
    // Whatever would be added to it waits, and then finds it gone.
    await em.execute("select 1 from projects where id = ? for update", [project.id]);
    const at = clock.now();
    const target = { type: "Project", id: project.id, title: project.route.path } as const;
    await recordEvent(em, { by: caller, action: "destroyed", target, projectId: project.id, at });
    await clearProject(em, project.id, { by: caller, at });
    await em.execute("delete from members where project_id = ?", [project.id]);
    await em.execute("delete from projects where id = ?", [project.id]);
    await em.execute("delete from routes where id = ?", [project.route.id]);
  });
}
