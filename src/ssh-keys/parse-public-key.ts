/** Reads public keys of SSH as people send them: the one line of a `.pub` file. Pure. */
import { hash } from "node:crypto";
import { isKeyType, KEY_TYPES, type KeyType, readKeyBytes } from "./read-key-bytes.ts";

/** A public key that may be stored. */
export interface PublicKey {
  /** Its type and its bytes in base64, as in `authorized_keys`. */
  readonly line: string;
  /** What the sender wrote behind it, such as `ann@laptop`; empty for nothing. */
  readonly comment: string;
  readonly fingerprint: string;
}

/** How long a text may be that holds a key: an RSA key of 16,384 bits has some 2,800 characters. */
export const MAXIMUM_KEY_LENGTH = 8192;

const RSA_BITS = { least: 2048, most: 16_384 } as const;

const MAKE_ONE = "make one with `ssh-keygen -t ed25519`";
const WANTED = "the one line of a .pub file is wanted, as `ssh-ed25519 AAAAC3Nza...`";
const CUT_OFF = `is cut off or mistyped: ${WANTED}`;

/**
 * Reads a key.
 *
 * @returns what is wrong with it in words that follow it and hold nothing of it, since it may be a private key
 */
export function readPublicKey(text: string): PublicKey | { readonly problem: string } {
  if (text.length > MAXIMUM_KEY_LENGTH)
    return { problem: `is longer than ${MAXIMUM_KEY_LENGTH} characters: ${WANTED}` };
  if (/PRIVATE KEY|PuTTY-User-Key-File/.test(text)) {
    const problem = `is a private key, which others may know now: ${MAKE_ONE} in its place, and send the line of its .pub file`;
    return { problem };
  }
  const line = text.trim();
  if (/[\r\n]/.test(line)) return { problem: `has several lines: ${WANTED}` };
  const [type = "", base64 = "", ...comment] = line.split(/[ \t]+/);
  if (!isKeyType(type)) return { problem: problemOfType(type, line) };
  const bytes = Buffer.from(base64, "base64");
  const problem = base64 === bytes.toString("base64") ? problemOfKey(type, bytes) : CUT_OFF;
  if (problem !== undefined) return { problem };
  return { line: `${type} ${base64}`, comment: comment.join(" "), fingerprint: fingerprintOf(bytes) };
}

/** The SHA-256 of a key's bytes as OpenSSH prints it: `SHA256:` and base64 without padding. */
export function fingerprintOf(bytes: Buffer): string {
  return `SHA256:${hash("sha256", bytes, "base64").replace(/=+$/, "")}`;
}

function problemOfType(type: string, line: string): string {
  if (type === "ssh-dss") return `is a DSA key, and these can be forged: ${MAKE_ONE}`;
  if (type.includes("-cert-v0"))
    return "is a certificate: send the public key itself, from the .pub file without -cert";
  if (type.startsWith("sk-")) return `is a security key's, whose signatures cannot be checked here yet: ${MAKE_ONE}`;
  if (line.split(/[ \t]+/).some(isKeyType)) return `has options before its type, and none are taken: ${WANTED}`;
  return `is no public key of the types ${KEY_TYPES.join(", ")}: ${WANTED}`;
}

function problemOfKey(type: KeyType, bytes: Buffer): string | undefined {
  const key = readKeyBytes(type, bytes);
  if (key === undefined) return CUT_OFF;
  const { modulusLength: bits, publicExponent: exponent } = key.asymmetricKeyDetails ?? {};
  if (type !== "ssh-rsa" || bits === undefined || exponent === undefined) return undefined;
  if (bits < RSA_BITS.least) {
    return `is an RSA key of ${bits} bits, and keys of less than ${RSA_BITS.least} can be broken: ${MAKE_ONE}`;
  }
  if (bits > RSA_BITS.most) return `is an RSA key of ${bits} bits, and ${RSA_BITS.most} are the most: ${MAKE_ONE}`;
  // A signature would be what it signs.
  if (exponent < 3n)
    return `is an RSA key with the exponent ${exponent}, whose signatures anybody can make: ${MAKE_ONE}`;
  return undefined;
}
