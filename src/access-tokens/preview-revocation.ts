/** Says what it means to revoke tokens, before anybody does. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { REGISTRY_LEEWAY_SECONDS } from "../signing/registry-leeway.ts";
import { countRecords } from "../users/count-records.ts";
import type { Person } from "../users/person.ts";
import { type DescribedToken, describeTokens } from "./describe-tokens.ts";
import { findLivingFamilies, requireSomeTokens } from "./find-living-families.ts";
import { findStandings } from "./find-standings.ts";
import { findTokenOwner, type TokenOwner } from "./find-token-owner.ts";
import type { TokensToRevokeInput } from "./revoke-tokens.ts";

/** The services that the preview needs. */
export interface PreviewServices extends UseCaseServices {
  /** How long registry tokens are good, in seconds. */
  readonly registry: { readonly tokenTtlSeconds: number; readonly pushTokenTtlSeconds: number };
}

/** What revoking tokens means. */
export interface RevocationPreview {
  readonly owner: TokenOwner;
  /** The current tokens that end, with their last use and, if they have one in grace, that; the newest first. */
  readonly tokens: readonly DescribedToken[];
  /** The numbers that were named and are dead already, or are not there. */
  readonly skipped: readonly number[];
  /** How often registries reported pulls and pushes of their bots in the last 30 days; undefined for personal tokens. */
  readonly uses: number | undefined;
  /** The bots that are deleted; a human stays. */
  readonly bots: readonly Person[];
  /** How many records of the bots pass to the Ghost User; undefined: 10,000 or more. */
  readonly records: number | undefined;
  /** How long a registry token that was issued a moment before is accepted, at most, in seconds. */
  readonly registryTokensLastSeconds: number;
}

/**
 * Says what {@link revokeTokens} would do. The number of queries is the same, however many tokens there are.
 *
 * @throws NotFoundError when the caller does not see the project, or an administrator names no user
 * @throws ForbiddenError when the caller is below Maintainer, or means another's personal tokens without being an
 *   administrator, or is a bot and means its own
 * @throws ValidationError when no token is named, or more than 100 are
 * @see docs/spec/access-tokens.md "Revoking"
 */
export async function previewRevocation(
  services: PreviewServices,
  { caller, of, tokenIds }: TokensToRevokeInput,
): Promise<RevocationPreview> {
  requireSomeTokens(tokenIds);
  const em = services.database.em();
  const owner = await findTokenOwner(em, caller, of);
  const families = await findLivingFamilies(em, owner, tokenIds);
  const currentIds = families.map(({ currentId }) => currentId);
  const standings = await findStandings(em, owner, currentIds, services.clock.now());
  const tokens = await describeTokens(services, em, standings);
  const bots = tokens.map(({ user }) => user).filter(({ userType }) => userType === "project_bot");
  const named = new Set(families.map(({ namedId }) => namedId));
  return {
    owner,
    tokens,
    skipped: [...new Set(tokenIds)].filter((id) => !named.has(id)),
    uses: owner.kind === "human" ? undefined : tokens.reduce((sum, token) => sum + usesOf(token), 0),
    bots,
    records:
      bots.length === 0
        ? 0
        : await countRecords(
            em,
            bots.map(({ id }) => id),
          ),
    registryTokensLastSeconds: longest(tokens, services.registry) + REGISTRY_LEEWAY_SECONDS,
  };
}

function usesOf({ use }: DescribedToken): number {
  return use?.days.reduce((sum, { pulls, pushes }) => sum + pulls + pushes, 0) ?? 0;
}

/** A registry token that grants push lives longer; what has the scope may have one. */
function longest(tokens: readonly DescribedToken[], registry: PreviewServices["registry"]): number {
  const mayPush = tokens.some(({ token }) => token.scopes.includes("write_registry"));
  return Math.max(registry.tokenTtlSeconds, mayPush ? registry.pushTokenTtlSeconds : 0);
}
