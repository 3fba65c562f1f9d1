/** Lists the projects that a caller sees: those they are members of, directly or by a group, and those open to them. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { type PageQuery, pageWindow } from "../http/pagination.ts";
import type { SignedInPrincipal } from "../users/principal.ts";
import { Project } from "./project.entity.ts";

/** What a human who is no administrator sees. */
const VISIBLE_TO_USER = `
  select p.id from projects p join routes pr on pr.id = p.route_id
  where p.visibility in ('public', 'internal')
    or exists (select 1 from members m where m.user_id = ? and m.project_id = p.id)
    or exists (
      select 1 from members m join namespaces n on n.id = m.namespace_id join routes r on r.id = n.route_id
      where m.user_id = ? and starts_with(pr.path, r.path || '/'))`;

/** A page of the projects that the caller sees, by id, newest first, and how many there are in all. */
export async function listVisibleProjects(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  page: PageQuery,
): Promise<[Project[], number]> {
  const options = {
    populate: ["route", "namespace.route"] as const,
    orderBy: { id: "desc" } as const,
    ...pageWindow(page),
  };
  if (caller.kind === "bot") {
    const where = { $or: [{ id: caller.project.id }, { visibility: "public" as const }] };
    return await em.findAndCount(Project, where, options);
  }
  if (caller.admin) return await em.findAndCount(Project, {}, options);
  const rows = await em.execute<{ id: number }[]>(VISIBLE_TO_USER, [caller.userId, caller.userId]);
  return await em.findAndCount(Project, { id: { $in: rows.map(({ id }) => id) } }, options);
}
