/** Counts all access tokens of the instance by how they stand. */
import type { UseCaseServices } from "../database/use-case-services.ts";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { listStandings, type TokenCounts } from "./find-standings.ts";

/**
 * How many tokens of each state the instance has. One query.
 *
 * @throws ForbiddenError when the caller is not an administrator
 */
export async function countTokens(
  { database, clock }: UseCaseServices,
  caller: SignedInPrincipal,
): Promise<TokenCounts> {
  requireAdministrator(caller);
  const none = { limit: 0, offset: 0 };
  const filter = { state: "active", search: "" } as const;
  const { counts } = await listStandings(database.em(), { kind: "instance" }, filter, none, clock.now());
  return counts;
}
