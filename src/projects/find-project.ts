/** Finds projects and the caller's level in them. One that the caller may not see looks as if it did not exist. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { ForbiddenError, NotFoundError } from "../errors.ts";
import { namespaceAccessLevel } from "../namespaces/find-namespace.ts";
import type { ResourceId } from "../namespaces/path.ts";
import { ACCESS_LEVELS, NO_ACCESS } from "../principals/access-level.ts";
import type { Principal } from "../principals/principal.ts";
import { Project } from "./project.entity.ts";

/** A project and the caller's level in it; `NO_ACCESS` when the project is merely visible. */
export interface ProjectAccess {
  readonly project: Project;
  readonly accessLevel: number;
}

/**
 * Finds a project, if the caller may see it.
 *
 * @throws NotFoundError when it does not exist, or is hidden from the caller
 * @see docs/spec/rest-api.md "May not see the project"
 */
export async function findVisibleProject(
  em: SqlEntityManager,
  principal: Principal,
  id: ResourceId,
): Promise<ProjectAccess> {
  const where = typeof id === "number" ? { id } : { fullPath: { path: id } };
  const project = await em.findOne(Project, where, { populate: ["fullPath", "namespace.fullPath"] });
  if (project === null) throw new NotFoundError("Project");
  const accessLevel = await projectAccessLevel(em, principal, project);
  if (!isVisible(project, principal, accessLevel)) throw new NotFoundError("Project");
  return { project, accessLevel };
}

/**
 * Finds a project, if the caller has at least `level` in it.
 *
 * @throws NotFoundError when it is hidden from the caller
 * @throws ForbiddenError when it is visible, but the caller's level is too low
 */
export async function findProjectAtLevel(
  em: SqlEntityManager,
  principal: Principal,
  id: ResourceId,
  level: number,
): Promise<ProjectAccess> {
  const access = await findVisibleProject(em, principal, id);
  if (access.accessLevel < level) throw new ForbiddenError();
  return access;
}

/** The caller's level in a project: direct or inherited; a bot has one only in its own project. */
async function projectAccessLevel(em: SqlEntityManager, principal: Principal, project: Project): Promise<number> {
  switch (principal.kind) {
    case "anonymous":
      return NO_ACCESS;
    case "bot":
      return principal.project.id === project.id ? principal.project.accessLevel : NO_ACCESS;
    case "user": {
      if (principal.admin) return ACCESS_LEVELS.owner;
      const inherited = await namespaceAccessLevel(em, principal, project.namespace.fullPath.path);
      const [own] = await em.execute<{ access_level: number }[]>(
        "select access_level from members where user_id = ? and project_id = ?",
        [principal.userId, project.id],
      );
      return Math.max(inherited, own?.access_level ?? NO_ACCESS);
    }
  }
}

function isVisible(project: Project, principal: Principal, accessLevel: number): boolean {
  if (accessLevel > NO_ACCESS) return true;
  switch (project.visibility) {
    case "public":
      return true;
    case "internal":
      return principal.kind === "user";
    case "private":
      return false;
  }
}
