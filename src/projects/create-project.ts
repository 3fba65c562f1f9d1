/** Creates projects. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { ForbiddenError } from "../errors.ts";
import { recordEvent } from "../events/record-event.ts";
import { claimPath } from "../namespaces/claim-path.ts";
import { findMemberNamespace, findPersonalNamespace } from "../namespaces/find-namespace.ts";
import { requireSegment } from "../namespaces/path.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import { isAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { Project, type Visibility } from "./project.entity.ts";

/** The input of a new project; it must have a name, a path or both. */
export interface CreateProjectInput {
  readonly caller: SignedInPrincipal;
  /** Null for the caller's personal namespace. */
  readonly namespaceId: number | null;
  /** The last segment of its path. */
  readonly path: string | undefined;
  readonly name: string | undefined;
  readonly description: string | null;
  readonly visibility: Visibility;
  readonly containerRegistryEnabled: boolean;
}

/** A new project. */
export interface CreatedProject {
  readonly project: Project;
  /** Whether something that was deleted had its path, or one below it. */
  readonly wasDeleted: boolean;
}

/**
 * Creates a project in a namespace where the caller is Maintainer or above.
 *
 * @throws NotFoundError when the caller is not a member of the namespace
 * @throws ForbiddenError when the caller is a bot, or their level is too low
 * @throws ValidationError when no path can be derived from the name
 * @throws ConflictError when the path is taken by a namespace or a project
 */
export function createProject(
  { database, clock }: UseCaseServices,
  input: CreateProjectInput,
): Promise<CreatedProject> {
  const { caller } = input;
  if (caller.kind === "bot") throw new ForbiddenError("a bot user may not create projects");
  return database.transaction(async (em) => {
    const { namespace, accessLevel } =
      input.namespaceId === null
        ? await findPersonalNamespace(em, caller)
        : await findMemberNamespace(em, caller, input.namespaceId);
    if (accessLevel < ACCESS_LEVELS.maintainer) throw new ForbiddenError();
    const path = requireSegment(input.path ?? pathFrom(input.name), "project");
    const now = clock.now();
    const { fullPath, wasDeleted } = await claimPath(em, {
      path: `${namespace.fullPath.path}/${path}`,
      kind: "project",
      within: { namespaceId: namespace.id, accessLevel },
      administrator: isAdministrator(caller),
    });
    const project = em.create(Project, {
      createdAt: now,
      namespace,
      fullPath,
      name: input.name ?? path,
      description: input.description,
      visibility: input.visibility,
      containerRegistryEnabled: input.containerRegistryEnabled,
      creator: caller.userId,
    });
    await em.flush();
    const target = { type: "Project", id: project.id, title: project.name } as const;
    await recordEvent(em, { by: caller, action: "created", target, projectId: project.id, at: now });
    return { project, wasDeleted };
  });
}

function pathFrom(name: string | undefined): string | undefined {
  return name
    ?.toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}
