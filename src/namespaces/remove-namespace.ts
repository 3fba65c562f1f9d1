/** Deletes groups and personal namespaces, once they are empty. @see docs/adr/0009-what-holds-projects-stays.md */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { ConflictError } from "../errors.ts";
import { leaveTombstone } from "./leave-tombstone.ts";
import type { Namespace } from "./namespace.entity.ts";

/** How many of the projects and groups inside an error names. */
const NAMED = 3;

/**
 * Requires that a namespace holds neither projects nor groups, and locks it until the transaction ends.
 *
 * @throws ConflictError naming what it holds
 */
export async function requireEmptyNamespace(em: SqlEntityManager, namespace: Namespace, what: string): Promise<void> {
  await em.execute("select 1 from namespaces where id = ? for update", [namespace.id]);
  const inside = await em.execute<{ path: string }[]>(
    `select r.path from full_paths r
     where r.id in (select full_path_id from projects where namespace_id = ?)
       or r.id in (select full_path_id from namespaces where parent_id = ?)
     order by r.path limit ${NAMED + 1}`,
    [namespace.id, namespace.id],
  );
  if (inside.length === 0) return;
  const named = inside.slice(0, NAMED).map(({ path }) => path);
  const list = [...named, ...(inside.length > named.length ? ["..."] : [])].join(", ");
  throw new ConflictError(`${what} still holds ${list}: delete what is in it first`);
}

/** Deletes an empty namespace with its memberships, inside the caller's transaction. Its path stays, as a tombstone. */
export async function removeNamespace(em: SqlEntityManager, namespace: Namespace, at: Date): Promise<void> {
  await em.execute("delete from members where namespace_id = ?", [namespace.id]);
  await em.execute("delete from namespaces where id = ?", [namespace.id]);
  await leaveTombstone(em, namespace.fullPath, { namespaceId: namespace.parent?.id ?? null, at });
}
