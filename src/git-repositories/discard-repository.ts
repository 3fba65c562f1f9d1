/** Takes away the repository of a project that is being deleted. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { afterCommit } from "../database/after-commit.ts";
import { findRepositoryKey } from "./find-repository.ts";
import type { GitServices } from "./git-services.ts";

/**
 * Has a project's repository moved to the trash once the caller's transaction is committed: nothing is moved within it, since it
 * may fail. Where moving fails, it is done later, as for every directory without a project.
 *
 * @see docs/spec/git.md "On disk"
 */
export async function discardRepository(
  { repositories, log }: Pick<GitServices, "repositories" | "log">,
  em: SqlEntityManager,
  projectId: number,
): Promise<void> {
  const key = await findRepositoryKey(em, projectId);
  if (key === undefined) return;
  afterCommit(em, () => {
    repositories
      .discard(key)
      .catch((error: unknown) =>
        log.warn({ err: error }, "the repository of a deleted project is moved to the trash later"),
      );
  });
}
