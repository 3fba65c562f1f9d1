/**
 * Keys that processes share by a file of the certificates' directory, and that no dump of the database holds. A key is made
 * once and never rotated.
 */
import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { join } from "node:path";
import { ConfigurationError } from "../errors.ts";
import { readTextFileIfPresent } from "../files.ts";
import { createFile, FILE_MODE } from "./key-files.ts";

/** As long as the digest, SHA-256. @see RFC 2104 section 3 */
const KEY_BYTES = 32;

/** A key and what is done where it cannot be had. */
export interface SharedKey {
  /** The file's name in the directory. */
  readonly name: string;
  /** What a person is told to do about a file that holds something else; ends the sentence. */
  readonly remedy: string;
  /** Told why the key could not be written; unless this throws, the key is for this process alone. */
  readonly onUnshared: (reason: ConfigurationError) => void;
}

/**
 * The key of a directory, which must be there; makes it where there is none, readable by its owner alone. Of processes that
 * start together, all get the key of the first.
 *
 * @throws ConfigurationError when the file cannot be read, or holds something else
 */
export function openSharedKey(directory: string, shared: SharedKey): KeyObject {
  const path = join(directory, shared.name);
  const found = readTextFileIfPresent(path);
  if (found !== undefined) return parseKey(found, path, shared);
  const made = randomBytes(KEY_BYTES);
  try {
    if (createFile(path, `${made.toString("hex")}\n`, FILE_MODE.secret)) return createSecretKey(made);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    shared.onUnshared(error);
    return createSecretKey(made);
  }
  // Another process was first, and its key is there now.
  return openSharedKey(directory, shared);
}

/**
 * The key in a file's text.
 *
 * @throws ConfigurationError when it is not one
 */
export function parseKey(text: string, path: string, { remedy }: Pick<SharedKey, "remedy">): KeyObject {
  const digits = text.trim();
  if (/^[0-9a-f]{64}$/.test(digits)) return createSecretKey(digits, "hex");
  throw new ConfigurationError(`${path} does not hold ${2 * KEY_BYTES} hexadecimal digits; ${remedy}`);
}
