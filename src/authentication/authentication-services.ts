/** The services that authentication needs, whatever the kind of credential. */
import type { LastUse } from "../access-tokens/last-use.ts";
import type { SecretReuse } from "../access-tokens/secret-reuse.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../database/database.ts";
import type { RowLastUse } from "../database/row-last-use.ts";
import type { RefreshTokenLife } from "../refresh-tokens/refresh-token-life.ts";
import type { FairQueue } from "./fair-queue.ts";
import type { AccessTokenLoader } from "./find-access-tokens.ts";
import type { RepositoryRulesFinder } from "./find-repository-rules.ts";
import type { KeptAllowLists } from "./kept-allow-lists.ts";
import type { Lockout } from "./lockout.ts";
import type { WebSessionLastSeen } from "./web-session-last-seen.ts";

/** The database, the time, and what counts and bounds attempts. */
export interface AuthenticationServices {
  readonly database: Database;
  readonly clock: Clock;
  readonly accessTokens: AccessTokenLoader;
  readonly repositoryRules: Pick<RepositoryRulesFinder, "find">;
  readonly allowLists: KeptAllowLists;
  /** The prefix of new secrets: a text that begins with it is never tried as a password. */
  readonly tokenPrefix: string;
  /** Told of every access token that is accepted, and of which of its scopes were needed. */
  readonly lastUse: Pick<LastUse, "used">;
  /** Told of every revoked access token that is presented. */
  readonly secretReuse: Pick<SecretReuse, "presented">;
  /** Told of every administrator's password that is accepted, by the user's id. */
  readonly initialPassword: { used(userId: number): void };
  readonly refreshTokenLife: RefreshTokenLife;
  /** Told of every refresh token that is accepted. */
  readonly refreshTokenLastUse: Pick<RowLastUse, "used">;
  /** Told of every SSH key that is accepted. */
  readonly sshKeyLastUse: Pick<RowLastUse, "used">;
  /** Told of every web session that is used, and from where. */
  readonly webSessionLastSeen: Pick<WebSessionLastSeen, "seen">;
  readonly lockout: Lockout;
  /** The queue in which passwords are checked, a few at a time. */
  readonly passwordChecks: Pick<FairQueue, "run" | "close">;
}
