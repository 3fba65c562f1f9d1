/**
 * The key of the digests by which the lockout remembers wrong credentials: `lockout.key` in the certificates' directory,
 * which replicas share and the database's dumps do not hold.
 */
import type { KeyObject } from "node:crypto";
import type { ConfigurationError } from "../errors.ts";
import { openSharedKey } from "../signing/secret-key.ts";

/**
 * The lockout's key of a directory, which must be there; makes it where there is none. Where the directory cannot be written
 * to, it is a key for this process alone.
 *
 * @param onUnshared told of that, and why
 * @throws ConfigurationError when the file cannot be read, or holds something else
 */
export function openLockoutKey(directory: string, onUnshared: (reason: ConfigurationError) => void): KeyObject {
  const remedy = "delete it and restart every Keyside for a new one.";
  return openSharedKey(directory, { name: "lockout.key", remedy, onUnshared });
}
