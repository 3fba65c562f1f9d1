/** The public half of the signing key as a JWK Set, for those who verify tokens without the CA. */
import type { JsonWebKey } from "node:crypto";
import type { SigningKey } from "./signing-keys.ts";

/** A public key for verifying registry tokens. @see RFC 7517 section 4 */
export interface PublishedKey extends JsonWebKey {
  readonly use: "sig";
  readonly alg: SigningKey["algorithm"];
  readonly kid: string;
  readonly x5c: readonly string[];
}

/**
 * The JWK Set of a signing key. It lists the key twice, once by each key id, since registries look for different
 * ones: 2.x libtrust's, 3.x the thumbprint.
 *
 * @see RFC 7517 section 5
 */
export function jsonWebKeySet(key: SigningKey): { readonly keys: readonly PublishedKey[] } {
  const publicKey = key.certificate.publicKey.export({ format: "jwk" });
  const keys = [key.keyId, key.thumbprint].map(
    (kid): PublishedKey => ({ ...publicKey, use: "sig", alg: key.algorithm, kid, x5c: key.x5c }),
  );
  return { keys };
}
