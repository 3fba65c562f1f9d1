/** Lists the projects that a caller sees: their own, directly or through a group, and those visible to them. */
import type { FilterQuery } from "@mikro-orm/core";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { likePattern, likePrefix } from "../database/like-pattern.ts";
import type { Page } from "../database/page.ts";
import type { Namespace } from "../namespaces/namespace.entity.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { Principal } from "../principals/principal.ts";
import { Project, type Visibility } from "./project.entity.ts";

/** Where projects lie: in a namespace itself, or anywhere below it; its full path is loaded. */
export interface ProjectPlace {
  readonly namespace: Namespace;
  readonly below: boolean;
}

/** Which projects are wanted, and in which order. */
export interface ProjectFilter {
  /** Text that the name, the full path or the description must contain. */
  readonly search?: string | undefined;
  readonly visibility?: Visibility | undefined;
  /** The caller's level in the project, at least; without it, projects that the caller merely sees are listed too. */
  readonly minimumAccessLevel?: number | undefined;
  readonly place?: ProjectPlace | undefined;
  readonly orderBy: "id" | "name" | "path" | "createdAt";
  readonly direction: "asc" | "desc";
}

/**
 * The projects where a user has at least this level, directly or by a group that the project lies in; its values are the
 * user, the level, and both again.
 */
export const OF_MEMBER = `
  select p.id from projects p join full_paths pr on pr.id = p.full_path_id
  where exists (select 1 from members m where m.user_id = ? and m.project_id = p.id and m.access_level >= ?)
    or exists (
      select 1 from members m join namespaces n on n.id = m.namespace_id join full_paths r on r.id = n.full_path_id
      where m.user_id = ? and m.access_level >= ? and starts_with(pr.path, r.path || '/'))`;

/** A page of the projects that the caller sees, and the total count. */
export async function listVisibleProjects(
  em: SqlEntityManager,
  caller: Principal,
  filter: ProjectFilter,
  page: Page,
): Promise<[Project[], number]> {
  const where: FilterQuery<Project>[] = [await visibleTo(em, caller)];
  const { minimumAccessLevel, visibility, search, place, orderBy, direction } = filter;
  if (place !== undefined) where.push(lyingIn(place));
  if (minimumAccessLevel !== undefined) where.push(await ofMember(em, caller, minimumAccessLevel));
  if (visibility !== undefined) where.push({ visibility });
  if (search !== undefined) where.push(matching(search));
  const column = orderBy === "path" ? { fullPath: { path: direction } } : { [orderBy]: direction };
  return await em.findAndCount(
    Project,
    { $and: where },
    { populate: ["fullPath", "namespace.fullPath"], orderBy: [column, { id: direction }], ...page },
  );
}

async function visibleTo(em: SqlEntityManager, caller: Principal): Promise<FilterQuery<Project>> {
  if (caller.kind === "anonymous") return { visibility: "public" };
  if (caller.kind === "bot") return { $or: [{ id: caller.project.id }, { visibility: "public" }] };
  if (caller.admin) return {};
  return { $or: [{ visibility: ["public", "internal"] }, await ofMember(em, caller, ACCESS_LEVELS.guest)] };
}

async function ofMember(em: SqlEntityManager, caller: Principal, level: number): Promise<FilterQuery<Project>> {
  if (caller.kind === "anonymous") return { id: { $in: [] } };
  if (caller.kind === "bot") return { id: { $in: caller.project.accessLevel >= level ? [caller.project.id] : [] } };
  const rows = await em.execute<{ id: number }[]>(OF_MEMBER, [caller.userId, level, caller.userId, level]);
  return { id: { $in: rows.map(({ id }) => id) } };
}

function lyingIn({ namespace, below }: ProjectPlace): FilterQuery<Project> {
  return below ? { fullPath: { path: { $like: likePrefix(`${namespace.fullPath.path}/`) } } } : { namespace };
}

function matching(search: string): FilterQuery<Project> {
  const pattern = { $ilike: likePattern(search) };
  return { $or: [{ name: pattern }, { fullPath: { path: pattern } }, { description: pattern }] };
}
