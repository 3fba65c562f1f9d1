/** Reads the body of a request, up to a bound. */
import type { IncomingMessage } from "node:http";
import { MalformedBodyError } from "../errors.ts";

/**
 * The bytes of a body; undefined when they are too many: then the rest flows past unread.
 *
 * @throws MalformedBodyError when the client goes away before its end
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
