/** Leaves a tombstone where something is deleted: images stay under its path, and whoever had it next would own them. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { FullPath } from "./full-path.entity.ts";

/**
 * Turns the path of what is deleted into a tombstone, inside the caller's transaction.
 *
 * @param namespaceId the namespace that it is in; null at the top level
 * @see docs/spec/access-tokens.md "Paths outlive what they named"
 */
export async function leaveTombstone(
  em: SqlEntityManager,
  fullPath: FullPath,
  { namespaceId, at }: { namespaceId: number | null; at: Date },
): Promise<void> {
  await em.nativeUpdate(FullPath, { id: fullPath.id }, { deletedAt: at, namespaceId });
}
