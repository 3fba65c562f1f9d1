/** Whether a feature is on. A project's own setting wins over the instance's; what is not set is off. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { FeatureDisabledError } from "../errors.ts";
import type { Feature } from "./feature.ts";
import { FeatureFlag } from "./feature-flag.entity.ts";

/** Whether a feature is on for a project. */
export async function isFeatureEnabled(em: SqlEntityManager, feature: Feature, projectId: number): Promise<boolean> {
  const settings = await em.find(FeatureFlag, { name: feature, project: { $or: [{ id: projectId }, { id: null }] } });
  const own = settings.find(({ project }) => project !== null);
  return (own ?? settings[0])?.enabled ?? false;
}

/**
 * Requires that a feature is on for a project.
 *
 * @throws FeatureDisabledError when it is off
 * @see docs/spec/access-tokens.md "The feature flag"
 */
export async function requireFeature(em: SqlEntityManager, feature: Feature, projectId: number): Promise<void> {
  if (!(await isFeatureEnabled(em, feature, projectId))) throw new FeatureDisabledError(feature);
}
