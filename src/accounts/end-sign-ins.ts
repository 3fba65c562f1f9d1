/** What changes to an account need from the rooms above: whatever stands in place of its password ends with it. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { Authorship } from "../users/delete-user.ts";

/** A web session that goes on with a new password: that of the human who changes it there. */
export interface KeptWebSession {
  readonly id: number;
  /** Of the new password. */
  readonly passwordFingerprint: string;
}

/** The services that ending an account's sign-ins needs. */
export interface EndSignInsServices {
  /**
   * Ends what stands in place of the password, in the same transaction: refresh tokens, web sessions but for the kept one, and
   * sign-in links. A callback, since those are higher layers.
   */
  readonly endSignIns: (
    em: SqlEntityManager,
    userId: number,
    authorship: Authorship,
    kept?: KeptWebSession,
  ) => Promise<unknown>;
}
