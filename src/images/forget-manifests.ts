/** Forgets what was read of manifests, a while later: what somebody still looks at is read again. */
import { DAY_MS } from "../clock.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";

/** How long what was read of a manifest is kept. */
const KEPT_DAYS = 90;

/** Deletes what was read of manifests more than {@link KEPT_DAYS} days ago. */
export async function forgetManifests({ database, clock }: UseCaseServices): Promise<void> {
  const before = new Date(clock.now().getTime() - KEPT_DAYS * DAY_MS);
  await database.em().execute("delete from image_manifests where kept_at < ?", [before], "run");
}
