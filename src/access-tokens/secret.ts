/**
 * The secret of an access token: `<prefix><30 random letters and digits><6 of CRC32>`. The random part has 178 bits, so a
 * plain SHA-256 is what is stored; the check lets a mistyped secret be refused before the database is asked, and lets
 * secret scanners tell one from noise.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import { type IdSource, toBase62 } from "../ids.ts";

const RANDOM_LENGTH = 30;
const CHECK_LENGTH = 6;
const SHAPE = new RegExp(`^[A-Za-z0-9_-]{0,20}[A-Za-z0-9]{${RANDOM_LENGTH + CHECK_LENGTH}}$`);

/** A new secret; this is the one time that it is seen. @see docs/spec/access-tokens.md "Creating" */
export function makeSecret(prefix: string, ids: IdSource): string {
  const body = prefix + ids.base62(RANDOM_LENGTH);
  return body + check(body);
}

/** Whether a text has the shape and the check of a secret, of whatever prefix it was made with. */
export function isSecret(candidate: string): boolean {
  return SHAPE.test(candidate) && check(candidate.slice(0, -CHECK_LENGTH)) === candidate.slice(-CHECK_LENGTH);
}

/** What is stored of a secret: its SHA-256 in hexadecimal. */
export function digestSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Compares two digests in constant time. */
export function digestsEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** What a person recognises a secret by. */
export function lastFour(secret: string): string {
  return secret.slice(-4);
}

function check(body: string): string {
  return toBase62(crc32(body), CHECK_LENGTH);
}
