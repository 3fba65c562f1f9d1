/** Writes what the service sends as a file: whole, or not at all. */
import { createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { systemReason } from "../files.ts";
import type { Output } from "./output.ts";
import { RefusedError } from "./refused-error.ts";

/**
 * Writes to a file that only its owner can read, in the place of one that is there; `-` is standard output. What breaks off
 * leaves a file as it was.
 *
 * @throws RefusedError when it cannot be written, or breaks off
 */
export async function writeDownload(file: string, source: Readable, output: Output): Promise<void> {
  try {
    if (file === "-") await output.bytes(source);
    else if (await isSpecial(file)) await pipeline(source, createWriteStream(file, { flags: "r+" }));
    else await writeWhole(file, source);
  } catch (error) {
    const reason = systemReason(error);
    throw new RefusedError(file === "-" ? `the answer broke off: ${reason}` : `${file} was not written: ${reason}`);
  }
}

/** A pipe or a device is written to: nothing may take its place. */
async function isSpecial(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && !found.isFile();
}

async function writeWhole(file: string, source: Readable): Promise<void> {
  const unfinished = `${file}.${process.pid}.part`;
  try {
    await pipeline(source, createWriteStream(unfinished, { flags: "wx", mode: 0o600 }));
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
