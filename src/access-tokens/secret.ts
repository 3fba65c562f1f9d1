/**
 * The secret of an access token: `<prefix><30 random letters and digits><6 of CRC32>`. The random part has 178 bits, so a
 * plain SHA-256 is enough for storage. The checksum lets Keyside refuse a mistyped secret without a query, and lets
 * secret scanners avoid false alarms.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import { type IdSource, toBase62 } from "../ids.ts";

const RANDOM_LENGTH = 30;
const CHECK_LENGTH = 6;
const SHAPE = new RegExp(`^[A-Za-z0-9_-]{0,20}[A-Za-z0-9]{${RANDOM_LENGTH + CHECK_LENGTH}}$`);

/** Generates a secret, which is shown only once. @see docs/spec/access-tokens.md "Creating" */
export function makeSecret(prefix: string, ids: IdSource): string {
  const body = prefix + ids.base62(RANDOM_LENGTH);
  return body + check(body);
}

/** Whether a text has the shape and the checksum of a secret, whatever its prefix. */
export function isSecret(candidate: string): boolean {
  return SHAPE.test(candidate) && check(candidate.slice(0, -CHECK_LENGTH)) === candidate.slice(-CHECK_LENGTH);
}

/** The form in which a secret is stored: its SHA-256 in hexadecimal. */
export function digestSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Compares two digests in constant time. */
export function digestsEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The last four characters, by which a person recognises a secret. */
export function lastFour(secret: string): string {
  return secret.slice(-4);
}

function check(body: string): string {
  return toBase62(crc32(body), CHECK_LENGTH);
}
