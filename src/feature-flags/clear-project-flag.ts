/** Takes away what is set of a feature flag for one project. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { recordEvent } from "../events/record-event.ts";
import type { ResourceId } from "../namespaces/path.ts";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { findVisibleProject } from "../projects/find-project.ts";
import type { Feature } from "./feature.ts";
import { FeatureFlag } from "./feature-flag.entity.ts";

/**
 * Takes away a project's own setting of a feature: what the instance has holds there then. Without one, nothing changes.
 *
 * @throws ForbiddenError when the caller is not an administrator
 * @throws NotFoundError when there is no such project
 * @see docs/spec/access-tokens.md "The feature flag"
 */
export function clearProjectFlag(
  { database, clock }: UseCaseServices,
  { caller, feature, project }: { caller: SignedInPrincipal; feature: Feature; project: ResourceId },
): Promise<void> {
  return database.transaction(async (em) => {
    requireAdministrator(caller);
    const { id: projectId } = (await findVisibleProject(em, caller, project)).project;
    const cleared = await em.nativeDelete(FeatureFlag, { name: feature, project: projectId });
    if (cleared === 0) return;
    const target = { type: "FeatureFlag", id: null, title: feature } as const;
    await recordEvent(em, { by: caller, action: "destroyed", target, projectId, at: clock.now() });
  });
}
