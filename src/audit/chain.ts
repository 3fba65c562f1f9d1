/**
 * The chain of the audit log: each line ends with a `mac` over the mac of the line before and its own text. Nobody can change,
 * remove or add a line without the key, but for those at the very end.
 *
 * @see docs/spec/audit.md "The chain"
 */
import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";

/** The last line that was written: its number, and its mac in hexadecimal. */
export interface ChainPosition {
  readonly seq: number;
  readonly mac: string;
}

/** Where a chain begins: before its first line. */
export const CHAIN_START: ChainPosition = { seq: 0, mac: "0".repeat(64) };

/** `,"mac":"` with 64 digits and `"}`. */
const SEAL_LENGTH = 74;
const LINE = /^\{"seq":(\d{1,15}),"time":"([^"]{24})","event":"([a-z_.]+)".*,"mac":"([0-9a-f]{64})"\}$/s;

/**
 * Makes the line that follows a position.
 *
 * @param body a JSON object with at least one property, `time` being the first, and `event` the second
 * @returns the line without its newline, and the position after it
 */
export function sealLine(
  key: KeyObject,
  after: ChainPosition,
  body: string,
): { line: string; position: ChainPosition } {
  const seq = after.seq + 1;
  const sealed = `{"seq":${seq},${body.slice(1, -1)}`;
  const mac = macAfter(key, after.mac, sealed);
  return { line: `${sealed},"mac":"${mac}"}`, position: { seq, mac } };
}

/** A line that has the form of one. */
export interface ChainLine extends ChainPosition {
  readonly time: string;
  readonly event: string;
  /** What the mac is about besides the mac before. */
  readonly sealed: Buffer;
  /** All of it, without the newline. */
  readonly bytes: Buffer;
}

/** Reads a line; undefined when it has not the form of one. */
export function readLine(bytes: Buffer): ChainLine | undefined {
  const [, seq, time = "", event = "", mac = ""] = LINE.exec(bytes.toString("latin1")) ?? [];
  if (seq === undefined) return undefined;
  return { seq: Number(seq), time, event, mac, sealed: bytes.subarray(0, -SEAL_LENGTH), bytes };
}

/** Whether a line is one that was written after the line with this mac. */
export function follows(key: KeyObject, previousMac: string, { sealed, mac }: ChainLine): boolean {
  return timingSafeEqual(Buffer.from(macAfter(key, previousMac, sealed)), Buffer.from(mac));
}

/** What the lines say that begin a file, or go on in one. */
export interface Opening {
  /** The mac of the line before, in this file or the one before it. */
  readonly continues: string;
  /** How many bytes of an unfinished line stand before this one. */
  readonly halfWritten: number;
}

/** The event of the first line of each file. */
export const OPENED = "audit.opened";
/** The event of the line with which a process goes on in a file that has lines. */
export const RESUMED = "audit.resumed";

/** What a line says that begins or resumes a file; undefined for any other line. */
export function readOpening({ event, bytes }: ChainLine): Opening | undefined {
  if (event !== OPENED && event !== RESUMED) return undefined;
  const [, continues] = /,"continues":"([0-9a-f]{64})"/.exec(bytes.toString("latin1")) ?? [];
  const [, halfWritten = "0"] = /,"half_written":(\d{1,9})/.exec(bytes.toString("latin1")) ?? [];
  return continues === undefined ? undefined : { continues, halfWritten: Number(halfWritten) };
}

function macAfter(key: KeyObject, previousMac: string, sealed: string | Buffer): string {
  return createHmac("sha256", key).update(previousMac).update(sealed).digest("hex");
}
