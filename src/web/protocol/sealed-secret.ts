/**
 * A new secret, as of a token, on its way to the one page that shows it: sealed in a cookie, since the server keeps nothing.
 * Whoever has the cookie alone reads nothing, and no other session, page or thing can use it.
 */
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from "node:crypto";
import type { CookieChange } from "./cookies.ts";
import type { Href } from "./page-links.ts";

/** The name of the cookie; its path is that of the page. */
export const SECRET_COOKIE = "keyside_secret";

/** Long enough for a redirect, on any line. */
const SEALED_SECONDS = 60;

const ALGORITHM = "aes-256-gcm";

/** @see NIST SP 800-38D section 8.2.2, for random nonces of 96 bits */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a sealed secret is bound to: it opens for nothing else. */
export interface SealBinding {
  readonly sessionId: number;
  /** The one thing that it is the secret of: `access_token:7`. */
  readonly what: string;
}

/**
 * The key of sealed secrets, from one that all replicas share.
 *
 * @see RFC 5869
 */
export function sealingKey(shared: KeyObject): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync("sha256", shared, "", "keyside web: the secret that is shown once", 32)));
}

/** Seals a secret that the page at `path` shows within a minute of `now`. */
export function sealSecret(
  key: KeyObject,
  { secret, path, now, ...binding }: SealBinding & { secret: string; path: Href; now: Date },
): CookieChange {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(bound(binding));
  const until = now.getTime() + SEALED_SECONDS * 1000;
  const text = Buffer.concat([cipher.update(JSON.stringify({ secret, until })), cipher.final()]);
  const value = Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64url");
  return { name: SECRET_COOKIE, value, maxAgeSeconds: SEALED_SECONDS, path, sameSite: "strict" };
}

/** Takes the cookie away: its page was shown. */
export function forgetSecret(path: Href): CookieChange {
  return { name: SECRET_COOKIE, value: null, path, sameSite: "strict" };
}

/** The secret in a cookie's value; undefined when it was not sealed for this, was altered, or its minute is over. */
export function openSecret(
  key: KeyObject,
  { value, now, ...binding }: SealBinding & { value: string | undefined; now: Date },
): string | undefined {
  const sealed = Buffer.from(value ?? "", "base64url");
  if (sealed.length <= NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(bound(binding))
    .setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    const text = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    const { secret, until } = JSON.parse(text.toString()) as { secret: string; until: number };
    return now.getTime() < until ? secret : undefined;
  } catch {
    // Altered, or sealed for another session or thing, or with another key.
    return undefined;
  }
}

function bound({ sessionId, what }: SealBinding): Buffer {
  return Buffer.from(`${sessionId}:${what}`);
}
