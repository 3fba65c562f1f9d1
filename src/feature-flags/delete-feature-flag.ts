/** Deletes the settings of feature flags. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { recordEvent } from "../events/record-event.ts";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import type { Feature } from "./feature.ts";
import { FeatureFlag } from "./feature-flag.entity.ts";

/**
 * Deletes all settings of a feature, for the instance and for projects, which turns it off.
 *
 * @throws ForbiddenError when the caller is not an administrator
 */
export async function deleteFeatureFlag(
  { database, clock }: UseCaseServices,
  { caller, feature }: { caller: SignedInPrincipal; feature: Feature },
): Promise<void> {
  requireAdministrator(caller);
  await database.transaction(async (em) => {
    await em.nativeDelete(FeatureFlag, { name: feature });
    const target = { type: "FeatureFlag", id: null, title: feature } as const;
    await recordEvent(em, { by: caller, action: "destroyed", target, at: clock.now() });
  });
}
