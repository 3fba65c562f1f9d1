/** The one account that takes over the records of deleted users. Nobody can sign in as it, edit it or delete it. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { User } from "./user.entity.ts";

/** The username of the ghost user. */
export const GHOST_USERNAME = "ghost";

/** Finds the ghost user, who exists from the first start on. */
export function findGhostUser(em: SqlEntityManager): Promise<User> {
  return em.findOneOrFail(User, { userType: "ghost" });
}

/**
 * Creates the ghost user where there is none.
 *
 * @param host the host of `KEYSIDE_URL`, for an e-mail address that receives nothing
 */
export async function ensureGhostUser(em: SqlEntityManager, { now, host }: { now: Date; host: string }): Promise<void> {
  if ((await em.count(User, { userType: "ghost" })) > 0) return;
  em.create(User, {
    createdAt: now,
    username: GHOST_USERNAME,
    name: "Ghost User",
    email: `${GHOST_USERNAME}@noreply.${host}`,
    userType: "ghost",
    state: "active",
    admin: false,
  });
  await em.flush();
}
