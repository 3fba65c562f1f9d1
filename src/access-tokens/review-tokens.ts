/** Goes through the access tokens of a project, of a human or of the instance, for people: which need attention, who uses them, why others ended. */
import type { Page } from "../database/page.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { type DescribedToken, describeTokens } from "./describe-tokens.ts";
import { listStandings, type StandingFilter, type TokenCounts } from "./find-standings.ts";
import { findTokenOwner, type TokenOwner, type TokensOf } from "./find-token-owner.ts";

/** What is asked for. */
export interface ReviewTokensInput extends StandingFilter {
  readonly caller: SignedInPrincipal;
  readonly of: TokensOf;
  readonly page: Page;
}

/** A page of tokens, the newest first, and how many there are of each state, all within the search. */
export interface ReviewedTokens {
  readonly owner: TokenOwner;
  readonly tokens: readonly DescribedToken[];
  readonly counts: TokenCounts;
}

/**
 * Reviews tokens. The number of queries is the same, however many tokens there are.
 *
 * @throws NotFoundError when the caller does not see the project, or an administrator names no user
 * @throws ForbiddenError when the caller is below Maintainer, or means another's personal tokens without being an
 *   administrator, or is a bot and means its own
 * @see docs/spec/web.md "Access tokens"
 */
export async function reviewTokens(
  services: UseCaseServices,
  { caller, of, page, ...filter }: ReviewTokensInput,
): Promise<ReviewedTokens> {
  const em = services.database.em();
  const owner = await findTokenOwner(em, caller, of);
  const { standings, counts } = await listStandings(em, owner, filter, page, services.clock.now());
  return { owner, tokens: await describeTokens(services, em, standings), counts };
}
