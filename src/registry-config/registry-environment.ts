/** The settings of a registry that trusts Keyside, as the environment variables that take the place of its `config.yml`. */
import { type RegistryTrust, renderEndpoints } from "./render-registry-config.ts";

/**
 * Names and values, in their order. The endpoints are one variable, whose value is YAML: a registry knows none for a part
 * of a list.
 *
 * @see https://distribution.github.io/distribution/about/configuration/ "Override specific configuration options"
 */
export function registryEnvironment(trust: RegistryTrust): readonly (readonly [name: string, value: string])[] {
  return [
    ["REGISTRY_AUTH", "token"],
    ["REGISTRY_AUTH_TOKEN_REALM", trust.realm],
    ["REGISTRY_AUTH_TOKEN_SERVICE", trust.service],
    ["REGISTRY_AUTH_TOKEN_ISSUER", trust.issuer],
    ["REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE", trust.rootCertBundle],
    ...(trust.notifications === undefined
      ? []
      : [["REGISTRY_NOTIFICATIONS_ENDPOINTS", renderEndpoints(trust.notifications)] as const]),
  ];
}
