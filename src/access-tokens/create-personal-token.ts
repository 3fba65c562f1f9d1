/** Creates a personal access token of a human. */
import { ForbiddenError, RuleRefusedError } from "../errors.ts";
import { recordEvent } from "../events/record-event.ts";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import type { TokenScope } from "../principals/token-scope.ts";
import { findUser } from "../users/find-user.ts";
import { addToken, type CreatedToken } from "./add-token.ts";
import { decideIpAllowList } from "./creator-addresses.ts";
import { requireScopesToCreate } from "./creator-scopes.ts";
import { creatorLimit, decideExpiry, instanceLimit } from "./expiry.ts";
import type { TokenServices } from "./token-services.ts";

/** The input of a new personal access token. */
export interface NewPersonalToken {
  readonly name: string;
  readonly description: string | null;
  readonly scopes: readonly TokenScope[];
  /** `YYYY-MM-DD`, or null for the instance's default. */
  readonly expiresAt: string | null;
  /** Where it is accepted from, as `readNetwork` writes it; null: everywhere, or what holds for the caller's own token. */
  readonly ipAllowList: readonly string[] | null;
}

/**
 * Creates a personal access token for the caller or, if the caller is an administrator, for any human.
 *
 * @param owner `self`, or the id of the human
 * @throws ForbiddenError when the caller is a bot, or names a user without being an administrator
 * @throws NotFoundError when there is no such user
 * @throws RuleRefusedError when the user is not a human
 * @throws ValidationError when the expiry date is out of bounds, or the token would be stronger than the caller's own
 * @see docs/spec/access-tokens.md "Creating"
 */
export async function createPersonalToken(
  services: TokenServices,
  {
    caller,
    owner,
    expiresAt,
    ipAllowList,
    ...token
  }: NewPersonalToken & { caller: SignedInPrincipal; owner: "self" | { userId: number } },
): Promise<CreatedToken> {
  if (owner !== "self") requireAdministrator(caller);
  if (caller.kind === "bot") throw new ForbiddenError("a bot user has no personal access tokens");
  requireScopesToCreate(caller, token.scopes);
  return await services.database.transaction(async (em) => {
    const user = await findUser(em, owner === "self" ? caller.userId : owner.userId);
    if (user.userType !== "human") {
      throw new RuleRefusedError("only a human has personal access tokens: this user is a bot or the Ghost User");
    }
    const now = services.clock.now();
    const limits = [...creatorLimit(caller), ...instanceLimit(services.tokenSettings.maxLifetimeDays, now)];
    const created = await addToken(em, services, {
      ...token,
      ipAllowList: decideIpAllowList(caller, ipAllowList),
      user,
      project: null,
      accessLevel: null,
      repositoryRules: null,
      expiresAt: decideExpiry(expiresAt, now, limits),
      createdById: caller.userId,
      now,
    });
    const target = { type: "AccessToken", id: created.token.id, title: created.token.name } as const;
    await recordEvent(em, { by: caller, action: "created", target, at: now });
    return created;
  });
}
