/** Lists the settings of feature flags. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { FeatureFlag } from "./feature-flag.entity.ts";

/**
 * All settings of all flags, oldest first, with their projects' paths.
 *
 * @throws ForbiddenError when the caller is not an administrator
 */
export async function listFeatureFlags(em: SqlEntityManager, caller: SignedInPrincipal): Promise<FeatureFlag[]> {
  requireAdministrator(caller);
  return await em.find(FeatureFlag, {}, { orderBy: { id: "asc" }, populate: ["project.fullPath"] });
}
