/** Counts all projects of the instance. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { Project } from "./project.entity.ts";

/**
 * How many projects the instance has. One query.
 *
 * @throws ForbiddenError when the caller is not an administrator
 */
export async function countProjects(em: SqlEntityManager, caller: SignedInPrincipal): Promise<number> {
  requireAdministrator(caller);
  return await em.count(Project);
}
