/** SSH keys as clients offer them, and the signatures by which they show that they have the private half. Pure. */
import { verify } from "node:crypto";
import type { PublicKeyAuthContext } from "ssh2";
import type { PresentedSshKey } from "../../authentication/authenticate-ssh-key.ts";
import { isKeyType, type KeyType, readKeyBytes } from "../../ssh-keys/read-key-bytes.ts";

/** A key that a client offers, or signs in with. */
export interface OfferedKey extends PresentedSshKey {
  readonly type: KeyType;
  /** What is signed is hashed by; null where the kind of key has a hash of its own. */
  readonly hash: string | null;
  /** Undefined for an offer, which shows nothing: public keys are public. */
  readonly proof: { readonly signed: Buffer; readonly signature: Buffer } | undefined;
}

/** A request's key; undefined for what is never taken: DSA, certificates, security keys, and RSA with SHA-1. */
export function readOfferedKey(request: PublicKeyAuthContext): OfferedKey | undefined {
  const { key, hashAlgo, blob, signature } = request;
  if (!isKeyType(key.algo)) return undefined;
  const hash = hashOf(key.algo, hashAlgo);
  if (hash === undefined) return undefined;
  const proof = blob === undefined || signature === undefined ? undefined : { signed: blob, signature };
  return { type: key.algo, bytes: key.data, hash, proof };
}

/** Whether the client has the private half of the key: it has signed this very request, which is of this connection alone. */
export function isProven({ type, bytes, hash, proof }: OfferedKey): boolean {
  const key = readKeyBytes(type, bytes);
  if (key === undefined || proof === undefined) return false;
  try {
    return verify(hash, proof.signed, key, proof.signature);
  } catch {
    return false;
  }
}

/** ssh2 names the hash of `rsa-sha2-256` and `rsa-sha2-512` alone; `ssh-rsa` without one is SHA-1, which can be forged. */
function hashOf(type: KeyType, named: string | undefined): string | null | undefined {
  switch (type) {
    case "ssh-rsa":
      return named === "sha256" || named === "sha512" ? named : undefined;
    case "ssh-ed25519":
      return null;
    case "ecdsa-sha2-nistp256":
      return "sha256";
    case "ecdsa-sha2-nistp384":
      return "sha384";
    case "ecdsa-sha2-nistp521":
      return "sha512";
  }
}
