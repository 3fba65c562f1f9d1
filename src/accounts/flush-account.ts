/** Writes accounts to the database, and reports which unique property is taken. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { violatesUnique } from "../database/database-errors.ts";
import { ConflictError } from "../errors.ts";

/**
 * Writes a new or changed account.
 *
 * @throws ConflictError when the username or the e-mail address is taken
 */
export async function flushAccount(em: SqlEntityManager): Promise<void> {
  try {
    await em.flush();
  } catch (error) {
    if (violatesUnique(error, "users_username_unique")) throw new ConflictError("Username has already been taken");
    if (violatesUnique(error, "users_email_unique")) throw new ConflictError("Email has already been taken");
    throw error;
  }
}
