/**
 * Verifies files of the audit log: that all their lines are those that were written, in that order, and that none is missing
 * between the first and the last.
 *
 * @see docs/spec/audit.md "Verifying"
 */
import type { KeyObject } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { ConfigurationError } from "../errors.ts";
import { systemReason } from "../files.ts";
import { CHAIN_START, type ChainLine, type ChainPosition, follows, OPENED, readLine, readOpening } from "./chain.ts";
import type { KeptPosition } from "./chain-state.ts";

/** The first thing that is wrong. */
export interface ChainFault {
  readonly file: string;
  /** From 1; one more than there are lines where the end is missing. */
  readonly line: number;
  /** What happened, in words that follow "line N". */
  readonly problem: string;
}

/** What files hold. */
export interface VerifiedFiles {
  readonly fault: ChainFault | undefined;
  /** How many lines hold, before the fault if there is one. */
  readonly lines: number;
  readonly first: ChainLine | undefined;
  readonly last: ChainLine | undefined;
  /** What is no fault, but is to be told. */
  readonly notes: readonly string[];
}

/** No line is as long, in bytes. */
const MAXIMUM_LINE = 1024 * 1024;

const NEWLINE = 0x0a;
const GZIP = Buffer.from([0x1f, 0x8b]);

/** A line as it stands in a file; `isWhole`: a newline follows. */
interface FileLine {
  readonly bytes: Buffer;
  readonly number: number;
  readonly isWhole: boolean;
  readonly read: ChainLine | undefined;
}

/**
 * Verifies files as one row; they may be given in any order, and be compressed by gzip.
 *
 * @param end the last line that was written, where that is known: then it is seen whether the last file's end is missing
 * @throws ConfigurationError when a file cannot be read
 */
export async function verifyFiles(
  files: readonly string[],
  key: KeyObject,
  end?: KeptPosition,
): Promise<VerifiedFiles> {
  const row = await inOrder(files);
  const verifier = new Verifier(key);
  for (const file of row) {
    const fault = await verifier.readFile(file);
    if (fault !== undefined) return { ...verifier.found, fault };
  }
  return { ...verifier.found, fault: await verifier.missingEnd(row.at(-1) ?? "", end) };
}

/** By the number of their first line. */
async function inOrder(files: readonly string[]): Promise<readonly string[]> {
  const numbered = await Promise.all(
    files.map(async (file) => {
      for await (const { read } of linesOf(file)) return { file, seq: read?.seq ?? 0 };
      return { file, seq: Number.POSITIVE_INFINITY };
    }),
  );
  return numbered.sort((one, other) => one.seq - other.seq).map(({ file }) => file);
}

class Verifier {
  readonly #key: KeyObject;
  #after: ChainPosition | undefined;
  #lines = 0;
  #linesOfFile = 0;
  #first: ChainLine | undefined;
  #last: ChainLine | undefined;
  readonly #notes: string[] = [];

  constructor(key: KeyObject) {
    this.#key = key;
  }

  get found(): Omit<VerifiedFiles, "fault"> {
    return { lines: this.#lines, first: this.#first, last: this.#last, notes: this.#notes };
  }

  /** Reads a file to its end, or to the first fault. */
  async readFile(file: string): Promise<ChainFault | undefined> {
    let unclear: { line: FileLine; problem: string } | undefined;
    const fault = ({ line, problem }: { line: FileLine; problem: string }) => ({ file, line: line.number, problem });
    this.#linesOfFile = 0;
    for await (const line of linesOf(file)) {
      this.#linesOfFile = line.number;
      if (unclear !== undefined) {
        // What comes after a wrong line tells what is wrong with it.
        if (!this.#goesOnWith(line)) return fault(unclear);
        const half = line.read === undefined ? 0 : (readOpening(line.read)?.halfWritten ?? 0);
        if (half === 0 || half !== unclear.line.bytes.length)
          return fault({ ...unclear, problem: "was added, or moved from elsewhere" });
        this.#notes.push(
          `${file} line ${unclear.line.number} was left half-written by a crash, as line ${line.number} tells`,
        );
        unclear = undefined;
      }
      const problem = line.number === 1 ? this.#problemOfFirst(line) : this.#problemOf(line);
      if (problem === undefined) this.#take(line);
      else if (line.number === 1) return fault({ line, problem });
      else unclear = { line, problem };
    }
    if (unclear === undefined) return undefined;
    if (unclear.line.isWhole) return fault(unclear);
    this.#notes.push(
      `${file} line ${unclear.line.number}, the last, is half-written: by a crash, or it is being written`,
    );
    this.#linesOfFile -= 1;
    return undefined;
  }

  /** @see KeptPosition: lines that were written after it may be there too */
  async missingEnd(file: string, end: KeptPosition | undefined): Promise<ChainFault | undefined> {
    const last = this.#last?.seq ?? 0;
    if (end === undefined) {
      this.#notes.push("whether lines are missing at the very end cannot be seen without audit.state of the server");
      return undefined;
    }
    if (end.seq <= last) return undefined;
    const problem = `and what followed is missing: the last line that was written had seq ${end.seq}`;
    if (await isSameFile(end.file, file)) return { file, line: this.#linesOfFile + 1, problem };
    if (end.file !== "" && !(await exists(end.file))) return { file: end.file, line: 1, problem };
    this.#notes.push(`the log goes on after these files, up to seq ${end.seq}`);
    return undefined;
  }

  /** The first line of a file says what it continues; the first of all files is believed, as it is under the key. */
  #problemOfFirst({ read }: FileLine): string | undefined {
    const opening = read === undefined ? undefined : readOpening(read);
    if (read === undefined || opening === undefined || read.event !== OPENED)
      return "is not one that begins a file: it was changed, or lines before it were removed";
    if (!follows(this.#key, opening.continues, read)) return "was changed, or was written under another key";
    if (this.#after === undefined) {
      if (opening.continues !== CHAIN_START.mac)
        this.#notes.push(`the lines before seq ${read.seq} are in another file`);
      return undefined;
    }
    if (opening.continues === this.#after.mac) return undefined;
    return this.#gapBefore(read) ?? "does not continue the file before it";
  }

  #problemOf({ read }: FileLine): string | undefined {
    if (read === undefined) return "was changed or added: it has not the form of a line";
    if (follows(this.#key, (this.#after ?? CHAIN_START).mac, read)) return undefined;
    return this.#gapBefore(read) ?? "was changed";
  }

  #gapBefore({ seq }: ChainLine): string | undefined {
    const [from, to] = [(this.#after?.seq ?? 0) + 1, seq - 1];
    if (to < from) return undefined;
    return `comes too early: seq ${from === to ? `${from} is` : `${from} to ${to} are`} missing before it`;
  }

  #goesOnWith({ read }: FileLine): boolean {
    return read !== undefined && follows(this.#key, (this.#after ?? CHAIN_START).mac, read);
  }

  #take({ read }: FileLine): void {
    if (read === undefined) return;
    this.#after = read;
    this.#first ??= read;
    this.#last = read;
    this.#lines += 1;
  }
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const real = (path: string) => realpath(path).catch(() => path);
  return (await real(one)) === (await real(other));
}

function exists(path: string): Promise<boolean> {
  return realpath(path).then(
    () => true,
    () => false,
  );
}

/** The lines of a file, as bytes. What is too long for a line is cut to that, and is none. */
async function* linesOf(file: string): AsyncGenerator<FileLine> {
  let rest = Buffer.alloc(0);
  let number = 0;
  const line = (bytes: Buffer, isWhole: boolean): FileLine => {
    number += 1;
    return { bytes, number, isWhole, read: readLine(bytes) };
  };
  try {
    for await (const chunk of await openFile(file)) {
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE)) {
        yield line(bytes.subarray(0, end), true);
        bytes = bytes.subarray(end + 1);
      }
      rest = Buffer.from(bytes.subarray(0, MAXIMUM_LINE));
    }
  } catch (error) {
    throw new ConfigurationError(`${file} cannot be read (${systemReason(error)})`, { cause: error });
  }
  if (rest.length > 0) yield line(rest, false);
}

async function openFile(file: string): Promise<AsyncIterable<Buffer>> {
  const handle = await open(file, "r");
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(GZIP.length), 0, GZIP.length, 0);
  await handle.close();
  const stream = createReadStream(file);
  if (bytesRead < GZIP.length || !buffer.equals(GZIP)) return stream;
  const plain = createGunzip();
  plain.once("close", () => stream.destroy());
  stream.once("error", (error) => plain.destroy(error)).pipe(plain);
  return plain;
}
