/** Which projects and namespaces a caller sees, and at what level. What may not be seen looks like what does not exist. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { ForbiddenError, NotFoundError } from "../errors.ts";
import { ACCESS_LEVELS, NO_ACCESS } from "../principals/access-level.ts";
import type { Principal, UserPrincipal } from "../principals/principal.ts";
import { Namespace } from "../namespaces/namespace.entity.ts";
import { pathPrefixes } from "../namespaces/path.ts";
import { Project } from "./project.entity.ts";

/** A number or a full path, as `:id` in the API's addresses. */
export type Reference = number | string;

/** A thing and the caller's level in it; `NO_ACCESS` where it is merely visible. */
export interface Access<Thing> {
  readonly thing: Thing;
  readonly accessLevel: number;
}

/**
 * The project, if the caller may see it.
 *
 * @throws NotFoundError when it does not exist, or is hidden from the caller
 * @see spec/rest-api.md, "may not see the project"
 */
export async function findVisibleProject(
  em: SqlEntityManager,
  principal: Principal,
  reference: Reference,
): Promise<Access<Project>> {
  const where = typeof reference === "number" ? { id: reference } : { route: { path: reference } };
  const project = await em.findOne(Project, where, { populate: ["route", "namespace.route"] });
  if (project === null) throw new NotFoundError("Project");
  const accessLevel = await projectAccessLevel(em, principal, project);
  if (!isVisible(project, principal, accessLevel)) throw new NotFoundError("Project");
  return { thing: project, accessLevel };
}

/**
 * The project, if the caller has at least `level` in it.
 *
 * @throws NotFoundError when it is hidden from the caller
 * @throws ForbiddenError when it is visible, but the level too low
 */
export async function findProjectAtLevel(
  em: SqlEntityManager,
  principal: Principal,
  reference: Reference,
  level: number,
): Promise<Access<Project>> {
  const access = await findVisibleProject(em, principal, reference);
  if (access.accessLevel < level) throw new ForbiddenError();
  return access;
}

/**
 * The group or personal namespace, if the caller is a member of it or above it.
 *
 * @throws NotFoundError when it does not exist, or the caller is no member
 */
export async function findMemberNamespace(
  em: SqlEntityManager,
  principal: Principal,
  reference: Reference,
): Promise<Access<Namespace>> {
  const where = typeof reference === "number" ? { id: reference } : { route: { path: reference } };
  const namespace = await em.findOne(Namespace, where, { populate: ["route"] });
  if (namespace === null) throw new NotFoundError("Group");
  const accessLevel = await namespaceAccessLevel(em, principal, namespace.route.path);
  if (accessLevel === NO_ACCESS) throw new NotFoundError("Group");
  return { thing: namespace, accessLevel };
}

/**
 * The group, if the caller has at least `level` in it; a personal namespace is none.
 *
 * @throws NotFoundError when it does not exist, or the caller is no member
 * @throws ForbiddenError when the caller's level is too low
 */
export async function findGroupAtLevel(
  em: SqlEntityManager,
  principal: Principal,
  reference: Reference,
  level: number,
): Promise<Access<Namespace>> {
  const access = await findMemberNamespace(em, principal, reference);
  if (access.thing.kind !== "group") throw new NotFoundError("Group");
  if (access.accessLevel < level) throw new ForbiddenError();
  return access;
}

/** The namespace that a human owns alone. */
export async function findPersonalNamespace(
  em: SqlEntityManager,
  principal: UserPrincipal,
): Promise<Access<Namespace>> {
  const where = { kind: "user" as const, route: { path: principal.username } };
  const namespace = await em.findOne(Namespace, where, { populate: ["route"] });
  if (namespace === null) throw new NotFoundError("Namespace");
  return { thing: namespace, accessLevel: ACCESS_LEVELS.owner };
}

/** The caller's level in a project: own or inherited; a bot has one in its own project alone. */
async function projectAccessLevel(em: SqlEntityManager, principal: Principal, project: Project): Promise<number> {
  switch (principal.kind) {
    case "anonymous":
      return NO_ACCESS;
    case "bot":
      return principal.project.id === project.id ? principal.project.accessLevel : NO_ACCESS;
    case "user": {
      if (principal.admin) return ACCESS_LEVELS.owner;
      const inherited = await namespaceAccessLevel(em, principal, project.namespace.route.path);
      const [own] = await em.execute<{ access_level: number }[]>(
        "select access_level from members where user_id = ? and project_id = ?",
        [principal.userId, project.id],
      );
      return Math.max(inherited, own?.access_level ?? NO_ACCESS);
    }
  }
}

/** The caller's highest level in a namespace and all that it lies in. */
async function namespaceAccessLevel(em: SqlEntityManager, principal: Principal, path: string): Promise<number> {
  if (principal.kind !== "user") return NO_ACCESS;
  if (principal.admin) return ACCESS_LEVELS.owner;
  const [row] = await em.execute<{ level: number | null }[]>(
    `select max(m.access_level) as level
     from members m join namespaces n on n.id = m.namespace_id join routes r on r.id = n.route_id
     where m.user_id = ? and r.path in (?)`,
    [principal.userId, pathPrefixes(path)],
  );
  return row?.level ?? NO_ACCESS;
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
