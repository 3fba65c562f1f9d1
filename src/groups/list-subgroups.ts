/** Lists the groups that lie in a group. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { Page } from "../database/page.ts";
import { Namespace } from "../namespaces/namespace.entity.ts";

/** A page of the groups right below a group, by their paths, and the total count. Whoever sees a group sees them all. */
export async function listSubgroups(em: SqlEntityManager, groupId: number, page: Page): Promise<[Namespace[], number]> {
  return await em.findAndCount(
    Namespace,
    { parent: groupId },
    { populate: ["fullPath"], orderBy: { fullPath: { path: "asc" } }, ...page },
  );
}
