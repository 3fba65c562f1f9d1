/**
 * Writes files of keys and certificates, each as a whole. A file appears under its name in one step and
 * complete, so that several processes can share the directory without a lock.
 */
import { randomUUID } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { ConfigurationError } from "../errors.ts";
import { systemCode, systemReason } from "../files.ts";

/** Who may read a file: everybody, or its owner alone. */
export const FILE_MODE = { public: 0o644, secret: 0o600 } as const;

/** The variable that names the directory, for errors. */
type DirectoryVariable = "KEYSIDE_CERTS_DIR" | "KEYSIDE_DATA_DIR";

type FileMode = (typeof FILE_MODE)[keyof typeof FILE_MODE];

/**
 * Makes the directory, for its owner alone, where there is none; leaves one that is there as it is.
 *
 * @throws ConfigurationError when it cannot be made
 */
export function ensureDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new ConfigurationError(
      `The certificates' directory ${directory} cannot be made (${systemReason(error)}); ` +
        "make it for the user that runs Keyside, or name another in KEYSIDE_CERTS_DIR.",
      { cause: error },
    );
  }
}

/**
 * Writes a file that must not be there yet; false, with nothing changed, when another process was first.
 *
 * @throws ConfigurationError when it cannot be written
 */
export function createFile(
  path: string,
  text: string,
  mode: FileMode,
  variable: DirectoryVariable = "KEYSIDE_CERTS_DIR",
): boolean {
  const place = (temporary: string) => {
    try {
      linkSync(temporary, path);
      return true;
    } catch (error) {
      if (systemCode(error) === "EEXIST") return false;
      throw error;
    }
  };
  return placeFile({ path, text, mode, variable }, place);
}

/**
 * Writes a file in the place of the one that may be there: a reader sees the old one or the new one, never a mixture.
 *
 * @throws ConfigurationError when it cannot be written
 */
export function replaceFile(path: string, text: string, mode: FileMode): void {
  placeFile({ path, text, mode, variable: "KEYSIDE_CERTS_DIR" }, (temporary) => renameSync(temporary, path));
}

interface PlacedFile {
  readonly path: string;
  readonly text: string;
  readonly mode: FileMode;
  readonly variable: DirectoryVariable;
}

function placeFile<Result>({ path, text, mode, variable }: PlacedFile, place: (temporary: string) => Result): Result {
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    writeDurably(temporary, text, mode);
    const result = place(temporary);
    syncDirectory(directory);
    return result;
  } catch (error) {
    throw new ConfigurationError(
      `${path} cannot be written (${systemReason(error)}); ` +
        `let the user that runs Keyside write to ${directory}, or name another directory in ${variable}.`,
      { cause: error },
    );
  } finally {
    rmSync(temporary, { force: true });
  }
}

function writeDurably(path: string, text: string, mode: FileMode): void {
  const file = openSync(path, "wx", FILE_MODE.secret);
  try {
    writeFileSync(file, text);
    fchmodSync(file, mode); // whatever the umask
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes the new name survive a power cut, as the contents do. */
function syncDirectory(directory: string): void {
  const handle = openSync(directory, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
