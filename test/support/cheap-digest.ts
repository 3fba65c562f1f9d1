/** Digests of passwords that cost a thousandth of those that the service makes: for tests that are about something else. */
import { randomBytes, scryptSync } from "node:crypto";

const COST = { N: 2 ** 5, r: 8, p: 1 };

/** The digest of a password in the service's format, which says what it costs: the service compares it as any other. */
export function cheapDigest(password: string): string {
  const salt = randomBytes(16);
  const key = scryptSync(password.normalize("NFKC"), salt, 32, COST);
  return `$scrypt$ln=5,r=8,p=1$${salt.toString("base64")}$${key.toString("base64")}`;
}
