/**
 * The key of the digests by which the lockout remembers wrong credentials: `lockout.key` in the certificates' directory,
 * which replicas share and the database's dumps do not hold. It is made once and never rotated.
 */
import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { join } from "node:path";
import { ConfigurationError } from "../errors.ts";
import { readTextFileIfPresent } from "../files.ts";
import { createFile, FILE_MODE } from "../signing/key-files.ts";

/** As long as the digest, SHA-256. @see RFC 2104 section 3 */
const KEY_BYTES = 32;

/**
 * The lockout's key of a directory, which must be there; makes it where there is none. Of processes that start together,
 * all get the key of the first. Where the directory cannot be written to, it is a key for this process alone.
 *
 * @param onUnshared told of that, and why
 * @throws ConfigurationError when the file cannot be read, or holds something else
 */
export function openLockoutKey(directory: string, onUnshared: (reason: ConfigurationError) => void): KeyObject {
  const path = join(directory, "lockout.key");
  const found = readTextFileIfPresent(path);
  if (found !== undefined) return parseKey(found, path);
  const made = randomBytes(KEY_BYTES);
  try {
    if (createFile(path, `${made.toString("hex")}\n`, FILE_MODE.secret)) return createSecretKey(made);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    onUnshared(error);
    return createSecretKey(made);
  }
  // Another process was first, and its key is there now.
  return openLockoutKey(directory, onUnshared);
}

function parseKey(text: string, path: string): KeyObject {
  const digits = text.trim();
  if (!/^[0-9a-f]{64}$/.test(digits)) {
    throw new ConfigurationError(
      `${path} does not hold ${2 * KEY_BYTES} hexadecimal digits; delete it and restart every Keyside for a new one.`,
    );
  }
  return createSecretKey(digits, "hex");
}
