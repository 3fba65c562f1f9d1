/** Feature flags: what is on, for the instance or for one project. A project's own setting wins; what is not set is off. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { FeatureDisabledError } from "../errors.ts";
import { FeatureFlag } from "./feature-flag.entity.ts";

/** Every flag that there is, with what it does. */
export const FEATURES = {
  resource_access_token: "Create and rotate project access tokens",
} as const;
export type Feature = keyof typeof FEATURES;

export const FEATURE_NAMES = Object.keys(FEATURES) as Feature[];

/** Whether a feature is on for a project. */
export async function isFeatureEnabled(em: SqlEntityManager, feature: Feature, projectId: number): Promise<boolean> {
  const settings = await em.find(FeatureFlag, { name: feature, project: { $or: [{ id: projectId }, { id: null }] } });
  const own = settings.find(({ project }) => project !== null);
  return (own ?? settings[0])?.enabled ?? false;
}

/**
 * Demands that a feature is on for a project.
 *
 * @throws FeatureDisabledError when it is off
 * @see spec/access-tokens.md "The feature flag"
 */
export async function requireFeature(em: SqlEntityManager, feature: Feature, projectId: number): Promise<void> {
  if (!(await isFeatureEnabled(em, feature, projectId))) throw new FeatureDisabledError(feature);
}

/** Turns a feature on or off, for the instance or, with a project, for that one; inside the caller's transaction. */
export async function setFeature(
  em: SqlEntityManager,
  { feature, projectId, enabled, now }: { feature: Feature; projectId: number | null; enabled: boolean; now: Date },
): Promise<void> {
  // One statement, so that two who set it at once both do.
  const unique =
    projectId === null ? "(name) where project_id is null" : "(name, project_id) where project_id is not null";
  await em.execute(
    `insert into feature_flags (created_at, name, project_id, enabled) values (?, ?, ?, ?)
     on conflict ${unique} do update set enabled = excluded.enabled`,
    [now, feature, projectId, enabled],
  );
}

/** Forgets all settings of a feature: it is off then. Inside the caller's transaction. */
export async function deleteFeature(em: SqlEntityManager, feature: Feature): Promise<void> {
  await em.nativeDelete(FeatureFlag, { name: feature });
}

/** All settings of all flags, the instance's first. */
export function listFeatureSettings(em: SqlEntityManager): Promise<FeatureFlag[]> {
  return em.find(FeatureFlag, {}, { orderBy: { id: "asc" }, populate: ["project.route"] });
}
