/** The key under which the lines of the audit log are chained: `audit.key` in the certificates' directory. */
import type { KeyObject } from "node:crypto";
import { join } from "node:path";
import { readTextFile } from "../files.ts";
import { ensureDirectory } from "../signing/key-files.ts";
import { openSharedKey, parseKey } from "../signing/secret-key.ts";

const NAME = "audit.key";

/** A new key would end the old chain: nobody could verify it any more. */
const REMEDY = "put back the file that the lines were written under.";

/**
 * The key of a directory; makes both where there is none.
 *
 * @throws ConfigurationError when it can be neither read nor made: lines under a key that nobody has prove nothing
 */
export function openAuditKey(directory: string): KeyObject {
  ensureDirectory(directory);
  const onUnshared = (reason: Error) => {
    throw reason;
  };
  return openSharedKey(directory, { name: NAME, remedy: REMEDY, onUnshared });
}

/**
 * The key of a directory where there is one.
 *
 * @throws ConfigurationError when there is none, or it cannot be read
 */
export function readAuditKey(directory: string): KeyObject {
  const path = join(directory, NAME);
  return parseKey(readTextFile(path), path, { remedy: REMEDY });
}
