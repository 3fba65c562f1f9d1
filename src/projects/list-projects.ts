/** Lists the projects that a caller sees: those they are members of, directly or by a group, and those open to them. */
import type { FilterQuery } from "@mikro-orm/core";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { pageWindow } from "../http/pagination.ts";
import { likePattern } from "../http/validate.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { Project } from "./project.entity.ts";
import type { ListProjectsQuery } from "./project.schema.ts";

/** Where a user has a level of at least so much, of their own or by what the project lies in. */
const OF_MEMBER = `
  select p.id from projects p join routes pr on pr.id = p.route_id
  where exists (select 1 from members m where m.user_id = ? and m.project_id = p.id and m.access_level >= ?)
    or exists (
      select 1 from members m join namespaces n on n.id = m.namespace_id join routes r on r.id = n.route_id
      where m.user_id = ? and m.access_level >= ? and starts_with(pr.path, r.path || '/'))`;

/** A page of the projects that the caller sees, and how many there are in all. */
export async function listVisibleProjects(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  query: ListProjectsQuery,
): Promise<[Project[], number]> {
  const where: FilterQuery<Project>[] = [await visibleTo(em, caller)];
  const level = wantedLevel(query);
  if (level !== undefined) where.push(await ofMember(em, caller, level));
  if (query.visibility !== undefined) where.push({ visibility: query.visibility });
  // Nothing is ever archived here.
  if (query.archived === true) where.push({ id: { $in: [] } });
  if (query.search !== undefined) where.push(matching(query.search));
  const column =
    query.order_by === "path" ? { route: { path: query.sort } } : { [COLUMNS[query.order_by]]: query.sort };
  return await em.findAndCount(
    Project,
    { $and: where },
    { populate: ["route", "namespace.route"], orderBy: [column, { id: query.sort }], ...pageWindow(query) },
  );
}

const COLUMNS = { id: "id", name: "name", created_at: "createdAt" } as const;

function wantedLevel({ membership, owned, min_access_level }: ListProjectsQuery): number | undefined {
  if (owned === true) return ACCESS_LEVELS.owner;
  return min_access_level ?? (membership === true ? ACCESS_LEVELS.guest : undefined);
}

async function visibleTo(em: SqlEntityManager, caller: SignedInPrincipal): Promise<FilterQuery<Project>> {
  if (caller.kind === "bot") return { $or: [{ id: caller.project.id }, { visibility: "public" }] };
  if (caller.admin) return {};
  return { $or: [{ visibility: ["public", "internal"] }, await ofMember(em, caller, ACCESS_LEVELS.guest)] };
}

async function ofMember(em: SqlEntityManager, caller: SignedInPrincipal, level: number): Promise<FilterQuery<Project>> {
  if (caller.kind === "bot") return { id: { $in: caller.project.accessLevel >= level ? [caller.project.id] : [] } };
  const rows = await em.execute<{ id: number }[]>(OF_MEMBER, [caller.userId, level, caller.userId, level]);
  return { id: { $in: rows.map(({ id }) => id) } };
}

/** GitLab looks into names, paths and descriptions. */
function matching(search: string): FilterQuery<Project> {
  const pattern = { $ilike: likePattern(search) };
  return { $or: [{ name: pattern }, { route: { path: pattern } }, { description: pattern }] };
}
