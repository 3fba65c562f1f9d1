/** Finds projects and the caller's level in them. One that the caller may not see looks as if it did not exist. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { ForbiddenError, NotFoundError } from "../errors.ts";
import { levelSources, levelsFrom } from "../namespaces/find-namespace.ts";
import type { ResourceId } from "../namespaces/path.ts";
import { NO_ACCESS } from "../principals/access-level.ts";
import type { Principal } from "../principals/principal.ts";
import { Project, type Visibility } from "./project.entity.ts";

/** A project and the caller's level in it; `NO_ACCESS` when the project is merely visible. */
export interface ProjectAccess {
  readonly project: Project;
  readonly accessLevel: number;
}

/**
 * The caller's level in the project `p`, in SQL: direct or inherited, everywhere for administrators; a bot has one in its
 * own project alone. Its values are those of {@link levelValues}.
 */
export const LEVEL_IN_PROJECT = `
  select greatest(?, case when p.id = ? then ?::int end, coalesce(max(own.access_level), ${NO_ACCESS})) as level from (
    select access_level from members where project_id = p.id and user_id = ?
    union all ${levelsFrom("p.namespace_id")}
  ) own`;

/** The values of {@link LEVEL_IN_PROJECT}. */
export function levelValues(principal: Principal): readonly (number | null)[] {
  const { memberId, everywhere } = levelSources(principal);
  const own = principal.kind === "bot" ? principal.project : { id: null, accessLevel: null };
  return [everywhere, own.id, own.accessLevel, memberId, memberId];
}

/** One statement for what is hidden and for what is missing: neither makes more work than the other. */
const findProjectBy = (column: "p.id" | "r.path") => `
  select p.id, l.level from projects p join full_paths r on r.id = p.full_path_id
  cross join lateral (${LEVEL_IN_PROJECT}) l
  where ${column} = ? and (l.level > ${NO_ACCESS} or p.visibility in (?))`;

/**
 * Finds a project, if the caller may see it, and the caller's level in it: direct or inherited; a bot has one only in its
 * own project.
 *
 * @throws NotFoundError when it does not exist, or is hidden from the caller
 * @see docs/spec/rest-api.md "May not see the project"
 */
export async function findVisibleProject(
  em: SqlEntityManager,
  principal: Principal,
  id: ResourceId,
): Promise<ProjectAccess> {
  const access = await seekVisibleProject(em, principal, id);
  if (access === undefined) throw new NotFoundError("Project");
  return access;
}

/** Like {@link findVisibleProject}, but undefined when there is none, or it is hidden from the caller. */
export async function seekVisibleProject(
  em: SqlEntityManager,
  principal: Principal,
  id: ResourceId,
): Promise<ProjectAccess | undefined> {
  const [found] = await em.execute<{ id: number; level: number }[]>(
    findProjectBy(typeof id === "number" ? "p.id" : "r.path"),
    [...levelValues(principal), id, visibilitiesOpenTo(principal)],
  );
  if (found === undefined) return undefined;
  const project = await em.findOne(Project, { id: found.id }, { populate: ["fullPath", "namespace.fullPath"] });
  return project === null ? undefined : { project, accessLevel: found.level };
}

/** The visibilities of the projects that a caller sees without any level in them. */
export function visibilitiesOpenTo(principal: Principal): readonly Visibility[] {
  return principal.kind === "user" ? ["public", "internal"] : ["public"];
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
