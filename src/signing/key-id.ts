/** The two names of a public key that registries know: libtrust's key id (2.x) and the JWK thumbprint (3.x). */
import { createHash, type KeyObject } from "node:crypto";

const BASE32_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * The key id of libtrust: the first 240 bits of the SHA-256 of the DER SubjectPublicKeyInfo, in base32, as 12 groups
 * of 4 joined by colons.
 *
 * @see docs/spec/registry-auth.md "The JWT"
 */
export function libtrustKeyId(publicKey: KeyObject): string {
  const digest = createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest();
  return (base32(digest.subarray(0, 30)).match(/.{4}/g) ?? []).join(":");
}

/**
 * The JWK thumbprint: the SHA-256, in base64url, of the key's required members in lexicographic order.
 *
 * @throws TypeError for a key that is neither EC nor RSA
 * @see RFC 7638 section 3
 */
export function jwkThumbprint(publicKey: KeyObject): string {
  return createHash("sha256")
    .update(JSON.stringify(requiredMembers(publicKey)))
    .digest("base64url");
}

/** In the order in which the thumbprint takes them. @see RFC 7638 section 3.2 */
function requiredMembers(publicKey: KeyObject) {
  const { crv, e, kty, n, x, y } = publicKey.export({ format: "jwk" });
  switch (kty) {
    case "EC":
      return { crv, kty, x, y };
    case "RSA":
      return { e, kty, n };
    default:
      throw new TypeError(`a key of type ${kty} signs no registry token`);
  }
}

/** Base32 of bytes whose number is a multiple of 5, so that no padding is needed. @see RFC 4648 section 6 */
function base32(bytes: Buffer): string {
  let text = "";
  for (let offset = 0; offset < bytes.length; offset += 5) {
    const group = bytes.readUIntBE(offset, 5); // 40 bits: exact in a number
    for (let shift = 35; shift >= 0; shift -= 5) {
      text += BASE32_ALPHABET.charAt(Math.floor(group / 2 ** shift) % 32);
    }
  }
  return text;
}
