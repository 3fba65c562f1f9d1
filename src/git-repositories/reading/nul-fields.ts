/** Reads fields that end in NUL from git's output: the one byte that no name, and no message, has in it. */
import { StringDecoder } from "node:string_decoder";

const NUL = 0;

/**
 * The fields as texts, each as soon as it is whole. Of one that is longer than `maximumBytes` the rest is dropped as it comes.
 * Bytes that are no UTF-8 become U+FFFD.
 */
export async function* readFields(pieces: AsyncIterable<Buffer>, maximumBytes: number): AsyncGenerator<string, void> {
  let parts: Buffer[] = [];
  let length = 0;
  const keep = (bytes: Buffer) => {
    const kept = bytes.subarray(0, Math.max(0, maximumBytes - length));
    if (kept.length > 0) parts.push(kept);
    length += bytes.length;
  };
  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf(NUL); end !== -1; end = piece.indexOf(NUL, start)) {
      keep(piece.subarray(start, end));
      yield decode(Buffer.concat(parts), length > maximumBytes);
      [parts, length] = [[], 0];
      start = end + 1;
    }
    keep(piece.subarray(start));
  }
}

/** All fields of an output that has few. */
export async function gatherFields(pieces: AsyncIterable<Buffer>, maximumBytes: number): Promise<readonly string[]> {
  const fields: string[] = [];
  for await (const field of readFields(pieces, maximumBytes)) fields.push(field);
  return fields;
}

/** The fields in groups of `width`: the records of an output that has so many fields a record. */
export async function* readRecords(
  pieces: AsyncIterable<Buffer>,
  width: number,
  maximumBytes: number,
): AsyncGenerator<readonly string[], void> {
  let record: string[] = [];
  for await (const field of readFields(pieces, maximumBytes)) {
    record.push(field);
    if (record.length < width) continue;
    yield record;
    record = [];
  }
}

/** A character that was cut in two is left out. */
function decode(bytes: Buffer, isCut: boolean): string {
  return isCut ? new StringDecoder("utf8").write(bytes) : bytes.toString("utf8");
}
