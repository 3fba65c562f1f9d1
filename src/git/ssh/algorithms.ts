/** What Keyside speaks of SSH's algorithms: a fixed choice, the best first. @see docs/spec/git.md "SSH" */
import type { Algorithms, ParsedKey } from "ssh2";

/** Of all but the host keys. Nothing is compressed: git has done that. */
export const ALGORITHMS = {
  kex: [
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group14-sha256",
  ],
  cipher: ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes256-ctr", "aes128-ctr"],
  hmac: ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"],
  compress: ["none"],
} satisfies Algorithms;

/** The signatures that RSA keys are used with. */
const RSA_SIGNATURES = ["rsa-sha2-512", "rsa-sha2-256"];

/**
 * The host keys as ssh2 is to offer them, in their order. Given an RSA key, it offers `ssh-rsa` too, which is SHA-1, whatever it
 * is told; so it is given one key for each signature, of that name.
 */
export function offeredKeys(keys: readonly ParsedKey[]): ParsedKey[] {
  return keys.flatMap((key) =>
    key.type === "ssh-rsa" ? RSA_SIGNATURES.map((type) => Object.create(key, { type: { value: type } })) : [key],
  );
}
