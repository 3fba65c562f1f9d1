/** Where the lines of the audit log go: a file, which may be renamed, emptied or named by the date; or standard output. */

import type { KeyObject } from "node:crypto";
import { write as writeByCallback } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { utcDate } from "../clock.ts";
import { systemCode } from "../files.ts";
import { type ChainLine, type ChainPosition, follows, OPENED, RESUMED, readLine, readOpening } from "./chain.ts";

/** How lines begin after the opening of a file. */
export interface TargetOpening {
  /** The line that the next one follows. */
  readonly position: ChainPosition;
  /** What ends an unfinished line. */
  readonly prefix: string;
  readonly event: typeof OPENED | typeof RESUMED;
  /** How long the unfinished line is, in bytes. */
  readonly halfWritten: number;
}

/** Takes lines. */
export interface ChainTarget {
  /** The path of the file that lines go to now; empty for standard output. */
  readonly file: string;
  /**
   * Makes ready for lines that are written at `now`, after those up to `known`; undefined where nothing is to be said before.
   *
   * @throws Error when it cannot be written to
   */
  prepare(now: Date, known: ChainPosition): Promise<TargetOpening | undefined>;
  /** Hands lines to the file system. */
  write(text: string): Promise<void>;
  /** Takes back what a failed write left of its lines, as far as the file system allows. */
  undo(): Promise<void>;
  /** Lets go of what is open; it is opened anew by the next `prepare`. */
  release(): Promise<void>;
}

/** The longest line and the one before it are within these last bytes of a file. */
const TAIL_BYTES = 256 * 1024;

const NEWLINE = 0x0a;

/** A file. What it is called today follows from the date, if `pattern` holds `%Y`, `%m` or `%d`. */
export class FileTarget implements ChainTarget {
  readonly #pattern: string;
  readonly #key: KeyObject;
  #handle: FileHandle | undefined;
  #file = "";
  /** What the file is known by, whatever it is called, and how long it is after the last whole line. */
  #identity = "";
  #size = 0;

  constructor(pattern: string, key: KeyObject) {
    this.#pattern = pattern;
    this.#key = key;
  }

  get file(): string {
    return this.#file;
  }

  async prepare(now: Date, known: ChainPosition): Promise<TargetOpening | undefined> {
    const file = datedPath(this.#pattern, now);
    if (file === this.#file && (await this.#isUntouched())) return undefined;
    await this.release();
    const handle = await open(file, "a+", 0o600);
    this.#handle = handle;
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error("it is not a regular file");
    [this.#file, this.#identity, this.#size] = [file, `${stats.dev} ${stats.ino}`, stats.size];
    if (stats.size === 0) return { position: known, prefix: "", event: OPENED, halfWritten: 0 };
    const { last, rest } = await this.#readTail(handle, stats.size);
    // What a crash kept from being noted stands in the file alone.
    const position = last !== undefined && last.seq > known.seq ? last : known;
    const whole = { position, event: RESUMED, halfWritten: 0 } as const;
    if (rest.length === 0) return { ...whole, prefix: "" };
    const line = readLine(rest);
    if (line !== undefined && line.seq === position.seq + 1 && follows(this.#key, position.mac, line))
      return { ...whole, position: line, prefix: "\n" };
    return { ...whole, prefix: "\n", halfWritten: rest.length };
  }

  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten = 0 } = (await this.#handle?.write(bytes, done)) ?? {};
      done += bytesWritten;
    }
    this.#size += bytes.length;
  }

  async undo(): Promise<void> {
    // One that may only grow cannot be cut: what is left is told when the file is opened again.
    await this.#handle?.truncate(this.#size).catch(() => undefined);
    await this.release();
  }

  async release(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close().catch(() => undefined);
  }

  /** Whether the path is still that of the open file, which nobody else has changed the length of. */
  async #isUntouched(): Promise<boolean> {
    if (this.#handle === undefined) return false;
    try {
      const { dev, ino, size } = await stat(this.#file);
      return `${dev} ${ino}` === this.#identity && size === this.#size;
    } catch (error) {
      if (systemCode(error) === "ENOENT") return false;
      throw error;
    }
  }

  /** The last line, if it is one that was written after the line before; and what stands after the last newline. */
  async #readTail(handle: FileHandle, size: number): Promise<{ last: ChainLine | undefined; rest: Buffer }> {
    const length = Math.min(size, TAIL_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    const bytes = buffer.subarray(0, bytesRead);
    const end = bytes.lastIndexOf(NEWLINE);
    const rest = bytes.subarray(end + 1);
    const [before, last] = lastTwoLines(bytes.subarray(0, Math.max(end, 0))).map(readLine);
    if (last === undefined) return { last: undefined, rest };
    const previous = readOpening(last)?.continues ?? before?.mac;
    return { last: previous !== undefined && follows(this.#key, previous, last) ? last : undefined, rest };
  }
}

function lastTwoLines(bytes: Buffer): readonly [Buffer, Buffer] {
  const start = bytes.lastIndexOf(NEWLINE);
  const before = bytes.subarray(0, Math.max(start, 0));
  return [before.subarray(before.lastIndexOf(NEWLINE) + 1), bytes.subarray(start + 1)];
}

/** The path on a day, in UTC. */
export function datedPath(pattern: string, now: Date): string {
  const [year = "", month = "", day = ""] = utcDate(now).split("-");
  const parts: Readonly<Record<string, string>> = { "%Y": year, "%m": month, "%d": day };
  return pattern.replaceAll(/%[Ymd]/g, (part) => parts[part] ?? part);
}

const STANDARD_OUTPUT = 1;

/** Goes into a pipe as a whole, so that it does not mix with the log's lines. @see POSIX write(), PIPE_BUF */
const PIPE_BYTES = 4_096;

/** How long a reader of standard output is given before it is tried again. */
const FULL_PIPE_MS = 10;

const writeBytes = promisify(writeByCallback);

/** Standard output. */
export class OutputTarget implements ChainTarget {
  readonly file = "";
  #isOpen = false;

  prepare(_now: Date, known: ChainPosition): Promise<TargetOpening | undefined> {
    if (this.#isOpen) return Promise.resolve(undefined);
    this.#isOpen = true;
    return Promise.resolve({ position: known, prefix: "", event: OPENED, halfWritten: 0 });
  }

  async write(text: string): Promise<void> {
    let gathered = "";
    for (const line of text.split(/(?<=\n)/)) {
      if (Buffer.byteLength(gathered) + Buffer.byteLength(line) > PIPE_BYTES) {
        await this.#print(gathered);
        gathered = "";
      }
      gathered += line;
    }
    await this.#print(gathered);
  }

  undo(): Promise<void> {
    return this.release();
  }

  release(): Promise<void> {
    this.#isOpen = false;
    return Promise.resolve();
  }

  async #print(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) {
      try {
        const { bytesWritten } = await writeBytes(STANDARD_OUTPUT, bytes, done, bytes.length - done, null);
        done += bytesWritten;
      } catch (error) {
        if (systemCode(error) !== "EAGAIN") throw error;
        await wait(FULL_PIPE_MS);
      }
    }
  }
}
