/** Finds users by their id. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { NotFoundError } from "../errors.ts";
import { User } from "./user.entity.ts";

/**
 * Finds a user of any kind.
 *
 * @throws NotFoundError when there is none
 */
export async function findUser(em: SqlEntityManager, userId: number): Promise<User> {
  const user = await em.findOne(User, { id: userId });
  if (user === null) throw new NotFoundError("User");
  return user;
}
