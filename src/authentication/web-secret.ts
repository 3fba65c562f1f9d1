/**
 * The secrets of the pages: in the cookie of a web session, and in the address of a sign-in link. 43 letters and digits have
 * 256 random bits, so a plain SHA-256 (`digestSecret`) is enough for storage. Nobody types them, so they have no checksum.
 */
import type { IdSource } from "../ids.ts";

const LENGTH = 43;
const SHAPE = new RegExp(`^[A-Za-z0-9]{${LENGTH}}$`);

/** Generates a secret, which is handed out once. @see docs/spec/web.md "Sign-in and sessions" */
export function makeWebSecret(ids: IdSource): string {
  return ids.base62(LENGTH);
}

/** Whether a text has the shape of such a secret: another one needs no query to be refused. */
export function isWebSecret(candidate: string): boolean {
  return SHAPE.test(candidate);
}
