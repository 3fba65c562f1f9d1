/** Whom a use case is called for, as a door finds them out. */
import { authenticateAccessToken } from "../../src/authentication/authenticate-access-token.ts";
import type { SignedInPrincipal } from "../../src/principals/principal.ts";
import type { TestService } from "./service.ts";

/** The principal behind the secret of a human or of a bot, which counts as used. */
export function callerOf(
  { container }: Pick<TestService, "container">,
  { secret }: { readonly secret: string },
): Promise<SignedInPrincipal> {
  return authenticateAccessToken(container, secret, { address: "192.0.2.1", client: "test" });
}
