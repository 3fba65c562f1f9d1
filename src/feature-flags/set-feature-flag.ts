/** Turns features on and off. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { recordEvent } from "../events/record-event.ts";
import type { ResourceId } from "../namespaces/path.ts";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { findVisibleProject } from "../projects/find-project.ts";
import type { Feature } from "./feature.ts";

/**
 * Turns a feature on or off, for the instance or for one project.
 *
 * @param project null for the instance
 * @throws ForbiddenError when the caller is not an administrator
 * @throws NotFoundError when there is no such project
 * @see docs/spec/access-tokens.md "The feature flag"
 */
export async function setFeatureFlag(
  { database, clock }: UseCaseServices,
  input: { caller: SignedInPrincipal; feature: Feature; project: ResourceId | null; enabled: boolean },
): Promise<void> {
  const { caller, feature, enabled } = input;
  requireAdministrator(caller);
  await database.transaction(async (em) => {
    const found = input.project === null ? null : await findVisibleProject(em, caller, input.project);
    const projectId = found?.project.id ?? null;
    const now = clock.now();
    await upsert(em, { feature, projectId, enabled, now });
    const target = { type: "FeatureFlag", id: null, title: feature } as const;
    await recordEvent(em, { by: caller, action: enabled ? "enabled" : "disabled", target, projectId, at: now });
  });
}

/** One statement, so that two concurrent changes both succeed. */
async function upsert(
  em: SqlEntityManager,
  { feature, projectId, enabled, now }: { feature: Feature; projectId: number | null; enabled: boolean; now: Date },
): Promise<void> {
  const unique =
    projectId === null ? "(name) where project_id is null" : "(name, project_id) where project_id is not null";
  await em.execute(
    `insert into feature_flags (created_at, name, project_id, enabled) values (?, ?, ?, ?)
     on conflict ${unique} do update set enabled = excluded.enabled`,
    [now, feature, projectId, enabled],
  );
}
