/** Reads what comes bit by bit, as far as it has come. */
import type { Readable } from "node:stream";

/** The text up to the piece with which it has what is looked for. @throws Error when it ends without it */
export async function readUntil(source: Readable, wanted: string): Promise<string> {
  let text = "";
  for await (const piece of source.iterator({ destroyOnReturn: false })) {
    text += String(piece);
    if (text.includes(wanted)) return text;
  }
  throw new Error(`${JSON.stringify(wanted)} is not in ${text}`);
}
