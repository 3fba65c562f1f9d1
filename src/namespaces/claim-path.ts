/** Claims a full path for a namespace or a project, so that nothing else can have it. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { violatesUnique } from "../database/database-errors.ts";
import { ConflictError } from "../errors.ts";
import { FullPath } from "./full-path.entity.ts";

/**
 * Claims a full path, inside the caller's transaction.
 *
 * @throws ConflictError when it is taken
 */
export async function claimPath(em: SqlEntityManager, path: string): Promise<FullPath> {
  const fullPath = em.create(FullPath, { path });
  try {
    await em.flush();
  } catch (error) {
    if (violatesUnique(error, "full_paths_path_unique"))
      throw new ConflictError(`the path "${path}" has already been taken`);
    throw error;
  }
  return fullPath;
}
