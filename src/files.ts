/** Small text files that an operator names or owns; an error says which file it is and what the system says of it. */
import { readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { ConfigurationError } from "./errors.ts";

/**
 * The text of a file, read at once.
 *
 * @throws ConfigurationError naming the path when there is none, or it cannot be read
 */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new ConfigurationError(`${path} cannot be read (${systemReason(error)})`, { cause: error });
  }
}

/**
 * The text of a file, read at once, or undefined when there is none.
 *
 * @throws ConfigurationError naming the path when it is there and cannot be read
 */
export function readTextFileIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw new ConfigurationError(
      `${path} cannot be read (${systemReason(error)}); make it a file that the user who runs Keyside can read.`,
      { cause: error },
    );
  }
}

/** Writes a file that only its owner can read, replacing any existing one. */
export async function writeSecret(file: string, secret: string): Promise<void> {
  await rm(file, { force: true });
  await writeFile(file, `${secret}\n`, { mode: 0o600, flag: "wx" });
}

/** The system's code for what failed, such as `EACCES`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/** What the system says of a file, without the call and the path that Node appends: `EACCES: permission denied`. */
export function systemReason(error: unknown): string {
  return error instanceof Error ? (error.message.split(",")[0] ?? error.message) : String(error);
}
