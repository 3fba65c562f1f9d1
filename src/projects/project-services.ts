/** What the use cases of projects, groups, members and accounts work with. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { Clock } from "../clock.ts";
import type { Database } from "../database/database.ts";
import type { Links } from "../links.ts";
import type { Deletion, UserDeletion } from "../users/delete-user.ts";

/** The database, the time, the addresses; and what the features above have to say when something is deleted. */
export interface ProjectServices extends UserDeletion {
  readonly database: Database;
  readonly clock: Clock;
  readonly links: Links;
  /** Clears a project of what the features above keep in it, in the transaction of its deletion. */
  readonly clearProject: (em: SqlEntityManager, projectId: number, deletion: Deletion) => Promise<void>;
}
