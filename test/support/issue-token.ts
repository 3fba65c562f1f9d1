/** Asks for a registry token without HTTP in between, so that many can be asked for at the same moment. */
import { type IssuingServices, issueRegistryToken } from "../../src/registry/issue-registry-token.ts";
import type { IssuedRegistryToken } from "../../src/registry/registry-token.ts";

/** Issues a token as `GET /jwt/auth` does: to an access token's secret, or to anonymous where there is none, at an address. */
export function issueToken(
  services: IssuingServices,
  secret: string | undefined,
  scopes: readonly string[],
  address = "127.0.0.1",
): Promise<IssuedRegistryToken> {
  const credentials =
    secret === undefined ? undefined : ({ kind: "password", username: "anybody", password: secret } as const);
  const sender = { address, client: undefined, signal: new AbortController().signal };
  const rest = { service: services.registry.service, offline: false, clientId: null };
  return issueRegistryToken(services, { ...sender, ...rest, credentials, scopes });
}
