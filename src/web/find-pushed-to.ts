/** Where pushes by Git went, for pages that list the events of more than one project. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { LoadedEvent } from "../events/event.entity.ts";
import type { Principal } from "../principals/principal.ts";
import { findVisiblePaths } from "../projects/find-visible-paths.ts";

/**
 * The paths of the projects that events of pushes are of, by their ids. An event may be of a project that its author sees no
 * more, and whose path has become another since: of that one there is none.
 */
export async function findPushedTo(
  em: SqlEntityManager,
  caller: Principal,
  events: readonly LoadedEvent[],
): Promise<ReadonlyMap<number, string>> {
  const ids = events.flatMap(({ pushData, projectId }) => (pushData == null ? [] : (projectId ?? [])));
  return await findVisiblePaths(em, caller, [...new Set(ids)]);
}
