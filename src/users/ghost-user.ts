/** The one account that takes over the records of deleted users. Nobody can sign in as it, edit it or delete it. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { User } from "./user.entity.ts";

/** The username of the ghost user. */
export const GHOST_USERNAME = "ghost";

/** Finds the ghost user, who exists from the first start on. */
export function findGhostUser(em: SqlEntityManager): Promise<User> {
  return em.findOneOrFail(User, { userType: "ghost" });
}
