/** Goes through the settings of feature flags, for people: what holds everywhere, and which projects differ. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { Page } from "../database/page.ts";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import type { Feature } from "./feature.ts";
import { FeatureFlag } from "./feature-flag.entity.ts";

/** What is set. */
export interface ReviewedFeatureFlags {
  /** The features that are on for the instance: for every project without a setting of its own. */
  readonly onForInstance: ReadonlySet<Feature>;
  /** A page of the settings of projects, the latest first, with the projects' paths. */
  readonly ofProjects: readonly FeatureFlag[];
  /** How many there are in all. */
  readonly total: number;
}

/**
 * Reviews the settings of all flags, in the same number of queries however many there are.
 *
 * @throws ForbiddenError when the caller is not an administrator
 */
export async function reviewFeatureFlags(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  page: Page,
): Promise<ReviewedFeatureFlags> {
  requireAdministrator(caller);
  const ofInstance = await em.find(FeatureFlag, { project: null, enabled: true });
  const [ofProjects, total] = await em.findAndCount(
    FeatureFlag,
    { project: { $ne: null } },
    { orderBy: { id: "desc" }, populate: ["project.fullPath"], ...page },
  );
  return { onForInstance: new Set(ofInstance.map(({ name }) => name as Feature)), ofProjects, total };
}
