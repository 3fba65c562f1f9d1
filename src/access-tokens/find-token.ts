/** Finds one access token with all that is known of it, for a page of its own. */
import type { Page } from "../database/page.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { NotFoundError } from "../errors.ts";
import { type EventPage, listEvents } from "../events/list-events.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { decidePeriod } from "../projects/period.ts";
import { type DescribedToken, describeTokens } from "./describe-tokens.ts";
import { findStandings } from "./find-standings.ts";
import { findTokenOwner, nameOfTokens, type TokenOwner, type TokensOf } from "./find-token-owner.ts";
import { findUsageOf, type TokenUsage } from "./find-token-usage.ts";

/** What is asked for: a token, live or dead, and which of its events, the latest first. */
export interface FindTokenInput {
  readonly caller: SignedInPrincipal;
  readonly of: TokensOf;
  readonly tokenId: number;
  readonly events: Page;
}

/** A token as lists describe it, and what only its own page has. */
export interface FoundToken extends DescribedToken {
  readonly owner: TokenOwner;
  /** The last use of each scope, and the repositories of the last 30 days, the most used first. */
  readonly usage: Pick<TokenUsage, "scopes" | "activity">;
  /** What was done with it and about it, and what its bot did, with whatever secret of its family. */
  readonly events: EventPage;
}

/**
 * Finds a token.
 *
 * @throws NotFoundError when the caller does not see the project, or the owner has no such token
 * @throws ForbiddenError when the caller is below Maintainer, or means another's personal token without being an administrator
 */
export async function findToken(
  services: UseCaseServices,
  { caller, of, tokenId, events: page }: FindTokenInput,
): Promise<FoundToken> {
  const { database, clock } = services;
  const em = database.em();
  const owner = await findTokenOwner(em, caller, of);
  const now = clock.now();
  const [found] = await describeTokens(services, em, await findStandings(em, owner, [tokenId], now));
  if (found === undefined) throw new NotFoundError(nameOfTokens(owner));
  const botId = found.user.userType === "project_bot" ? found.user.id : undefined;
  return {
    ...found,
    owner,
    usage: await findUsageOf(em, found.token, decidePeriod({}, now)),
    events: await listEvents(em, { token: { id: tokenId, botId } }, { sort: "desc" }, page),
  };
}
