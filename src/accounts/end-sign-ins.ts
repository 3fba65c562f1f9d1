/** What changes to an account need from the rooms above: whatever stands in place of its password ends with it. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { Authorship } from "../users/delete-user.ts";

/** The services that ending an account's sign-ins needs. */
export interface EndSignInsServices {
  /** Ends what clients keep in place of the password, in the same transaction. A callback: refresh tokens are a higher layer. */
  readonly endSignIns: (em: SqlEntityManager, userId: number, authorship: Authorship) => Promise<unknown>;
}
