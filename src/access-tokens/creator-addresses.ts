/** A credential never makes a stronger one: where what an access token creates is accepted from. */
import { ForbiddenError, ValidationError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";

/**
 * Where a new token is accepted from: what is asked for, or else what holds for the credential that creates it.
 *
 * @returns null: everywhere
 * @throws ValidationError naming the networks that the creating credential is not accepted from
 * @see docs/spec/access-tokens.md "Addresses"
 */
export function decideIpAllowList(
  { ipAllowList: own }: SignedInPrincipal,
  requested: readonly string[] | null,
): readonly string[] | null {
  if (own === undefined) return requested;
  const beyond = (requested ?? []).filter((network) => !own.contains(network));
  if (beyond.length === 0) return requested ?? own.networks;
  const message =
    `is invalid: this request's access token is not accepted from ${beyond.join(", ")}, and creates none that is: ` +
    `its own list is ${own.networks.join(", ")}`;
  throw new ValidationError([{ field: "ipAllowList", message }]);
}

/**
 * Requires that another token, whose secret the caller gets by rotating it, is accepted from nowhere that the caller's own
 * credential is not.
 *
 * @throws ForbiddenError when it is
 * @see docs/spec/access-tokens.md "Addresses"
 */
export function requireAddressesToRotate(
  { ipAllowList: own }: SignedInPrincipal,
  ipAllowList: readonly string[] | null,
): void {
  if (own === undefined || ipAllowList?.every((network) => own.contains(network)) === true) return;
  throw new ForbiddenError(
    "the token is accepted from addresses that this request's access token is not accepted from: that one gets its secret from nowhere",
  );
}
