/**
 * The last line that was written, kept in a file of the data directory, apart from the lines themselves: so a chain goes on
 * in a new file, and it is seen when lines are gone from the end of one.
 */
import { type FileHandle, open } from "node:fs/promises";
import { readTextFileIfPresent } from "../files.ts";
import type { ChainPosition } from "./chain.ts";

/** A position, and the file that its line is in; empty for standard output. */
export interface KeptPosition extends ChainPosition {
  readonly file: string;
}

/** What a file of state says; undefined where there is none, or it says nothing. */
export function readChainState(path: string): KeptPosition | undefined {
  const text = readTextFileIfPresent(path);
  try {
    const { seq, mac, file } = JSON.parse(text ?? "");
    const isSound = Number.isSafeInteger(seq) && /^[0-9a-f]{64}$/.test(mac) && typeof file === "string";
    return isSound ? { seq, mac, file } : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the state of a chain that this process writes. */
export class ChainState {
  readonly #handle: FileHandle;
  #length: number;

  private constructor(handle: FileHandle, length: number) {
    this.#handle = handle;
    this.#length = length;
  }

  /** Opens the file, and makes it where there is none, for its owner alone. */
  static async open(path: string): Promise<ChainState> {
    const handle = await open(path, "a", 0o600);
    await handle.close();
    const writable = await open(path, "r+");
    return new ChainState(writable, (await writable.stat()).size);
  }

  /** Writes the state in the place of the one before, without waiting for the disk: a line a batch costs little. */
  async keep(position: KeptPosition): Promise<void> {
    const text = Buffer.from(`${JSON.stringify(position)}\n`);
    const blanks = Buffer.alloc(Math.max(0, this.#length - text.length), " ");
    this.#length = text.length + blanks.length;
    await this.#handle.write(Buffer.concat([blanks, text]), 0, this.#length, 0);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
