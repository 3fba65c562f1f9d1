/**
 * Why a registry refuses a registry token: from the token, the registry's clock and, where it can be read, the registry's
 * configuration. The registry itself says no more than "invalid_token", whatever the reason. Pure.
 */
import { X509Certificate } from "node:crypto";
import { REGISTRY_LEEWAY_SECONDS } from "../signing/registry-leeway.ts";
import type { KnownRegistryAuth } from "./known-registry.ts";
import type { RegistryTokenContents } from "./request-registry-token.ts";

/** The cause, in words, and what to do. */
export function whyRefused(
  token: RegistryTokenContents,
  {
    registryDate,
    auth,
    service,
  }: { registryDate: Date | undefined; auth: KnownRegistryAuth | undefined; service: string },
): string {
  return (
    arrayAudience(token) ??
    otherAudience(token, service) ??
    clockSkew(token, registryDate) ??
    (auth === undefined ? issuerOrTrust(token) : (otherIssuer(token, auth) ?? notTrusted(token, auth))) ??
    "the registry refuses the token, though its issuer, audience and times are as they should be: see the registry's log"
  );
}

function arrayAudience({ claims }: RegistryTokenContents): string | undefined {
  if (!Array.isArray(claims["aud"])) return undefined;
  return "array audience: the token's audience is a list, which registries of version 2 refuse: the realm is not Keyside's, or something in between rewrites its answers: let the registry's clients reach Keyside itself";
}

function otherAudience({ claims }: RegistryTokenContents, service: string): string | undefined {
  if (claims["aud"] === service) return undefined;
  return `service differs: the registry's auth.token.service is ${JSON.stringify(service)}, the token is for ${JSON.stringify(claims["aud"])}; make it and REGISTRY_SERVICE the same and restart what you changed`;
}

function clockSkew({ claims }: RegistryTokenContents, registryDate: Date | undefined): string | undefined {
  const [notBefore, expires, issuedAt] = [Number(claims["nbf"]), Number(claims["exp"]), Number(claims["iat"])];
  if (registryDate === undefined || Number.isNaN(notBefore) || Number.isNaN(expires)) return undefined;
  const nowSeconds = registryDate.getTime() / 1000;
  if (nowSeconds >= notBefore - REGISTRY_LEEWAY_SECONDS && nowSeconds <= expires + REGISTRY_LEEWAY_SECONDS)
    return undefined;
  const seconds = Math.round(Math.abs(nowSeconds - issuedAt));
  const which = nowSeconds < issuedAt ? "behind" : "ahead of";
  return `clock skew: the registry's clock is ${seconds} s ${which} Keyside's; set both by NTP`;
}

function otherIssuer({ claims }: RegistryTokenContents, { issuer }: KnownRegistryAuth): string | undefined {
  if (claims["iss"] === issuer) return undefined;
  return (
    `issuer differs: the registry's auth.token.issuer is ${JSON.stringify(issuer)}, Keyside's REGISTRY_ISSUER is ` +
    `${JSON.stringify(claims["iss"])}; make them the same and restart the registry`
  );
}

function notTrusted(token: RegistryTokenContents, { rootCertBundle }: KnownRegistryAuth): string | undefined {
  const leaf = leafOf(token);
  if (leaf === undefined) return undefined;
  if (rootCertBundle.certificates.some((ca) => leaf.checkIssued(ca) && leaf.verify(ca.publicKey))) {
    return (
      `key not trusted, it seems: ${rootCertBundle.path} holds the CA of Keyside's key now, but a registry reads it only ` +
      "when it starts: restart the registry"
    );
  }
  return (
    `key not trusted: the registry's rootcertbundle ${rootCertBundle.path} does not hold the CA of Keyside's key; copy ` +
    "Keyside's ca.crt there and restart the registry"
  );
}

function issuerOrTrust(token: RegistryTokenContents): string {
  const { claims } = token;
  const ca = leafOf(token)?.issuer.replaceAll("\n", ", ");
  return (
    `issuer differs, or key not trusted: the registry's auth.token.issuer must be ${JSON.stringify(claims["iss"])}, and its ` +
    `rootcertbundle must hold the certificate of ${ca ?? "Keyside's CA"} (Keyside's ca.crt); ` +
    "`keyside doctor --registry-config FILE` tells which"
  );
}

function leafOf({ x5c: [leaf] }: RegistryTokenContents): X509Certificate | undefined {
  return leaf === undefined ? undefined : new X509Certificate(Buffer.from(leaf, "base64"));
}
