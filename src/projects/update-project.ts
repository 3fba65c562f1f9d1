/** Changes projects. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { ForbiddenError, RuleRefusedError } from "../errors.ts";
import { recordEvent } from "../events/record-event.ts";
import { lastSegment, type ResourceId } from "../namespaces/path.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { findProjectAtLevel } from "./find-project.ts";
import type { Project, Visibility } from "./project.entity.ts";

/** The changes to a project. */
export interface ProjectChanges {
  readonly name?: string | undefined;
  readonly path?: string | undefined;
  readonly description?: string | null | undefined;
  readonly visibility?: Visibility | undefined;
  readonly containerRegistryEnabled?: boolean | undefined;
}

/**
 * Changes a project; the caller must be Maintainer or above, and an Owner to change who sees it.
 *
 * @throws NotFoundError when the caller does not see it
 * @throws ForbiddenError when the caller's level is too low, or a bot would change the visibility
 * @throws RuleRefusedError for a new path
 */
export function updateProject(
  { database, clock }: UseCaseServices,
  input: { caller: SignedInPrincipal; project: ResourceId; changes: ProjectChanges },
): Promise<Project> {
  const { caller, changes } = input;
  return database.transaction(async (em) => {
    const { project, accessLevel } = await findProjectAtLevel(em, caller, input.project, ACCESS_LEVELS.maintainer);
    if (changes.path !== undefined && changes.path !== lastSegment(project.fullPath.path)) {
      throw new RuleRefusedError("the path of a project cannot be changed: its images' names begin with it");
    }
    if (changes.visibility !== undefined && changes.visibility !== project.visibility) {
      requireToChangeVisibility(caller, accessLevel);
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

/** A public project's images are open to everybody, whatever the scopes: so no bot gets there by `api`. */
function requireToChangeVisibility(caller: SignedInPrincipal, accessLevel: number): void {
  if (caller.kind === "bot") throw new ForbiddenError("a bot user may not change a project's visibility");
  if (accessLevel < ACCESS_LEVELS.owner) throw new ForbiddenError("only an Owner may change a project's visibility");
}
