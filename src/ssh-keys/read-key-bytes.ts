/**
 * Reads the bytes of public keys as SSH sends them. Strict, so that a key has one form alone, and one fingerprint; and with
 * Node's own cryptography, since ssh2 1.17 reads what follows a key, another curve's name and an empty number, at which it throws.
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";

/** The types that are taken, as SSH names them. */
export const KEY_TYPES = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "ssh-rsa",
] as const;
/** One of the types. */
export type KeyType = (typeof KEY_TYPES)[number];

/** Whether a word is one of the types. */
export function isKeyType(word: string): word is KeyType {
  return KEY_TYPES.some((type) => type === word);
}

/**
 * The key that these bytes are; undefined where they are none of this type.
 *
 * @see RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4
 */
export function readKeyBytes(type: KeyType, bytes: Buffer): KeyObject | undefined {
  const [name, ...fields] = readFields(bytes) ?? [];
  if (name?.toString("latin1") !== type) return undefined;
  const key = toJwk(type, fields);
  if (key === undefined) return undefined;
  try {
    return createPublicKey({ key, format: "jwk" });
  } catch {
    // As a point beside its curve.
    return undefined;
  }
}

function toJwk(type: KeyType, fields: readonly Buffer[]): JsonWebKey | undefined {
  switch (type) {
    case "ssh-ed25519": {
      const [x, ...more] = fields;
      if (x?.length !== 32 || more.length > 0) return undefined;
      return { kty: "OKP", crv: "Ed25519", x: base64url(x) };
    }
    case "ssh-rsa": {
      const [e, n, ...more] = fields.map(readPositive);
      if (e === undefined || n === undefined || more.length > 0) return undefined;
      return { kty: "RSA", e: base64url(e), n: base64url(n) };
    }
    case "ecdsa-sha2-nistp256":
      return pointOf(fields, { name: "nistp256", crv: "P-256", bytes: 32 });
    case "ecdsa-sha2-nistp384":
      return pointOf(fields, { name: "nistp384", crv: "P-384", bytes: 48 });
    case "ecdsa-sha2-nistp521":
      return pointOf(fields, { name: "nistp521", crv: "P-521", bytes: 66 });
  }
}

interface Curve {
  /** As SSH calls it, and as JSON Web Keys do. */
  readonly name: string;
  readonly crv: string;
  /** The length of a coordinate. */
  readonly bytes: number;
}

/** A point in the form that is not compressed: 4, x, y. */
function pointOf([name, point, ...more]: readonly Buffer[], curve: Curve): JsonWebKey | undefined {
  if (name?.toString("latin1") !== curve.name || more.length > 0) return undefined;
  if (point?.length !== 1 + 2 * curve.bytes || point[0] !== 4) return undefined;
  const [x, y] = [point.subarray(1, 1 + curve.bytes), point.subarray(1 + curve.bytes)];
  return { kty: "EC", crv: curve.crv, x: base64url(x), y: base64url(y) };
}

/** The bytes of a number above 0; undefined for one below, and for one with a zero before it that it does not need. */
function readPositive(field: Buffer): Buffer | undefined {
  const [first = 0, second = 0] = field;
  if (first > 0x7f || field.length === 0) return undefined;
  if (first !== 0) return field;
  return second > 0x7f ? field.subarray(1) : undefined;
}

/** What stands behind each length; undefined where that is not all. */
function readFields(bytes: Buffer): readonly Buffer[] | undefined {
  const fields: Buffer[] = [];
  for (let place = 0; place < bytes.length; ) {
    if (bytes.length - place < 4) return undefined;
    const end = place + 4 + bytes.readUInt32BE(place);
    if (end > bytes.length) return undefined;
    fields.push(bytes.subarray(place + 4, end));
    place = end;
  }
  return fields;
}

function base64url(bytes: Buffer): string {
  return bytes.toString("base64url");
}
