/**
 * The operator's token: the personal access token of the first administrator with which the command line on the server's
 * own machine works. A database has one that lives, at most; it is replaced, never joined by another.
 */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { addDays, utcDate } from "../clock.ts";
import { recordEvent } from "../events/record-event.ts";
import type { Actor } from "../principals/principal.ts";
import { TOKEN_SCOPES } from "../principals/token-scope.ts";
import { lockUser } from "../users/delete-user.ts";
import { FIRST_ADMINISTRATOR_ID, FirstAdministrator } from "../users/first-administrator.entity.ts";
import { AccessToken } from "./access-token.entity.ts";
import { addToken } from "./add-token.ts";
import { decideExpiry, instanceLimit, isExpired } from "./expiry.ts";
import { markRevoked } from "./mark-revoked.ts";
import { digestSecret } from "./secret.ts";
import type { TokenServices } from "./token-services.ts";

/** The family of all operator's tokens: a unique index lets at most one of a family be the current one. */
const FAMILY = "operator";

/** What to do about the operator's token. */
export interface OperatorTokenUpdate {
  /** The secrets that lie in the data directory; one of them may be the live token's. */
  readonly held: readonly string[];
  /**
   * `renew`: replace it before it ends, if it is held here. `make`: this, or make one where none lives. `take`: make it
   * anew unless it is held here, though another data directory may hold it.
   */
  readonly mode: "renew" | "make" | "take";
  /** Where its secret lies, for people. */
  readonly place: string;
}

/**
 * What came of it. `made`: the new secret, to be stored. `kept`: the secret held that is the live token's. `elsewhere`:
 * another data directory holds it. `nobody`: the first administrator is deleted, blocked or no administrator any more.
 */
export type OperatorTokenState =
  | { readonly kind: "made" | "kept"; readonly secret: string }
  | { readonly kind: "elsewhere"; readonly description: string | null }
  | { readonly kind: "nobody" };

/**
 * Makes or replaces the operator's token inside the caller's transaction. One that is held here is replaced when it ends
 * later than the instance allows, when half of its time is over, or when it lacks a scope.
 *
 * @see docs/spec/access-tokens.md "Administrators and owners cannot vanish"
 */
export async function updateOperatorToken(
  em: SqlEntityManager,
  services: Pick<TokenServices, "clock" | "ids" | "tokenSettings">,
  { held, mode, place }: OperatorTokenUpdate,
): Promise<OperatorTokenState> {
  const by = await findOperator(em);
  if (by === undefined) return { kind: "nobody" };
  const now = services.clock.now();
  const { maxLifetimeDays } = services.tokenSettings;

  const live = await em.findOne(AccessToken, { family: FAMILY, revokedAt: null, retiresAt: null });
  const secret = live === null ? undefined : held.find((candidate) => digestSecret(candidate) === live.digest);
  if (live !== null && secret !== undefined && !isDue(live, now, maxLifetimeDays)) return { kind: "kept", secret };
  if (secret === undefined && mode !== "take") {
    const isElsewhere = live !== null && !isExpired(live.expiresAt ?? null, now);
    if (mode === "renew" || isElsewhere) return { kind: "elsewhere", description: live?.description ?? null };
  }

  if (live !== null) await markRevoked(em, { family: FAMILY }, { by, at: now });
  const made = await addToken(em, services, {
    user: by.userId,
    project: null,
    name: "Operator's token",
    description: `For the keyside command on the server's own machine; in ${place}`,
    scopes: TOKEN_SCOPES,
    accessLevel: null,
    repositoryRules: null,
    ipAllowList: null,
    expiresAt: decideExpiry(null, now, instanceLimit(maxLifetimeDays, now)),
    createdById: by.userId,
    ...(live === null ? { family: FAMILY } : { predecessor: live }),
    now,
  });
  const target = { type: "AccessToken", id: made.token.id, title: made.token.name } as const;
  await recordEvent(em, { by, action: "created", target, at: now });
  return { kind: "made", secret: made.secret };
}

/** The first administrator, locked, while they still are an active administrator. */
async function findOperator(em: SqlEntityManager): Promise<Actor | undefined> {
  const first = await em.findOne(FirstAdministrator, { id: FIRST_ADMINISTRATOR_ID }, { populate: ["user"] });
  const user = first?.user?.unwrap();
  if (user === undefined || !(await lockUser(em, user.id))) return undefined;
  await em.refresh(user);
  const isActive = user.userType === "human" && user.state === "active" && user.admin;
  return isActive ? { userId: user.id, tokenId: null } : undefined;
}

function isDue(token: AccessToken, now: Date, maxLifetimeDays: number | undefined): boolean {
  const { expiresAt = null, scopes } = token;
  if (TOKEN_SCOPES.some((scope) => !scopes.includes(scope))) return true;
  if (maxLifetimeDays === undefined || expiresAt === null)
    return expiresAt !== decideExpiry(null, now, instanceLimit(maxLifetimeDays, now));
  const today = utcDate(now);
  return expiresAt > addDays(today, maxLifetimeDays) || expiresAt <= addDays(today, Math.floor(maxLifetimeDays / 2));
}
