/** Answers what cannot be parsed as an HTTP request, so that no route and no error handler ever sees it. */
import type { Duplex } from "node:stream";

/** A line that begins a request, whatever its method. @see RFC 9112 section 3 */
const REQUEST_LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ \S+ HTTP\/1\.[01]\r\n/;

const STATUS: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Payload Too Large",
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
};

/**
 * A listener for a server's `clientError`: 501 for a method that HTTP does not know; for all else what Node answers by
 * itself where there is no listener. The connection ends with it.
 *
 * @see RFC 9110 section 15.6.2
 */
export function answerUnparsed(error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Duplex): void {
  // What has been answered in part cannot be answered anew.
  const { _httpMessage: begun } = socket as { _httpMessage?: { readonly headersSent: boolean } };
  if (socket.writable && begun?.headersSent !== true) {
    socket.write(`HTTP/1.1 ${statusOf(error)}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }
  socket.destroy();
}

function statusOf({ code = "", rawPacket }: NodeJS.ErrnoException & { rawPacket?: Buffer }): string {
  if (code === "HPE_INVALID_METHOD" && REQUEST_LINE.test(rawPacket?.toString("latin1") ?? ""))
    return "501 Not Implemented";
  return STATUS[code] ?? "400 Bad Request";
}
