/** Passwords of humans: scrypt, off the event loop, in the PHC string format. Not used for access tokens. */
import { createHash, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive: (password: string, salt: Buffer, length: number, options: ScryptOptions) => Promise<Buffer> =
  promisify(scrypt);

/** OWASP's scrypt parameters: 2^15 x 8 x 3 needs 32 MiB and some 100 ms. */
const COST = { ln: 15, r: 8, p: 3 } as const;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/**
 * The digest of a password, as `$scrypt$ln=15,r=8,p=3$salt$key` in base64 without padding.
 *
 * @see RFC 7914
 */
export async function digestPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await deriveKey(password, salt, COST, KEY_BYTES);
  return `$scrypt$ln=${COST.ln},r=${COST.r},p=${COST.p}$${unpadded(salt)}$${unpadded(key)}`;
}

/**
 * Whether a password matches a digest. Takes as long for `undefined`, when there is no such user, so that timing does
 * not reveal which usernames exist.
 */
export async function passwordMatches(password: string, digest: string | undefined): Promise<boolean> {
  const parsed = digest === undefined ? undefined : parseDigest(digest);
  const { cost, salt, key } = parsed ?? { cost: COST, salt: randomBytes(SALT_BYTES), key: randomBytes(KEY_BYTES) };
  const candidate = await deriveKey(password, salt, cost, key.length);
  return timingSafeEqual(candidate, key) && parsed !== undefined;
}

/** A value that changes with the password and does not reveal its digest: kept by what must end with the password. */
export function passwordFingerprint(digest: string): string {
  return createHash("sha256").update(digest).digest("hex");
}

function deriveKey(
  password: string,
  salt: Buffer,
  cost: { ln: number; r: number; p: number },
  bytes: number,
): Promise<Buffer> {
  const N = 2 ** cost.ln;
  return derive(password.normalize("NFKC"), salt, bytes, { N, r: cost.r, p: cost.p, maxmem: 256 * N * cost.r });
}

function parseDigest(digest: string) {
  const match = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(digest);
  if (match === null) return undefined;
  const [, ln, r, p, salt = "", key = ""] = match;
  return {
    cost: { ln: Number(ln), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, "base64"),
    key: Buffer.from(key, "base64"),
  };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
