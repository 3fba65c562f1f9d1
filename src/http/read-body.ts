/** Reads the body of a request, up to a limit. */
import type { IncomingMessage } from "node:http";
import { MalformedBodyError } from "../errors.ts";

/**
 * The bytes of a body; undefined when there are too many: the rest is then discarded.
 *
 * @throws MalformedBodyError when the client disconnects before the end
 */
export function readBody(request: IncomingMessage, maximumBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > maximumBytes) {
        request.removeAllListeners("data");
        request.resume();
        resolve(undefined);
      } else chunks.push(chunk);
    });
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("error", () => reject(new MalformedBodyError("the request body was cut off")));
  });
}
