/**
 * Ends requests whose bodies arrive too slowly. Node.js knows one limit for all requests of a server, which has to be that of
 * the slowest: of a push of much code.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { answerUnparsed } from "./answer-unparsed.ts";
import { announcedBytes } from "./read-body.ts";

/** How long bodies may take. */
export interface ArrivalLimit {
  /** From the end of a request's headers to that of its body. */
  readonly limitMs: number;
  /**
   * Whether a request may take longer, until Node.js ends it. It is asked when the time is over, and only if the body has not
   * arrived: its handler can have decided meanwhile, so that nobody has more time than others before it is known who it is.
   */
  readonly isExempt: (request: IncomingMessage) => boolean;
}

/**
 * A handler that answers as `handle` does. What has not arrived in time is ended as Node.js ends it by its own limit: with
 * 408, unless an answer has begun, and the connection with it; to `handle`, its body breaks off.
 *
 * @see RFC 9110 section 15.5.9
 */
export function limitArrival<Answer>(
  handle: (request: IncomingMessage, response: ServerResponse) => Answer,
  limit: ArrivalLimit,
): (request: IncomingMessage, response: ServerResponse) => Answer {
  return (request, response) => {
    if (announcedBytes(request) > 0) endUnlessArrived(request, limit);
    return handle(request, response);
  };
}

function endUnlessArrived(request: IncomingMessage, { limitMs, isExempt }: ArrivalLimit): void {
  const timer = setTimeout(() => {
    if (!request.complete && !isExempt(request)) answerUnparsed(new ArrivalTimeoutError(), request.socket);
  }, limitMs);
  // A request that was answered before its body came does not say when it closes: a process that stops need not wait for it.
  timer.unref();
  request.once("close", () => clearTimeout(timer));
}

/** As Node.js calls it. */
class ArrivalTimeoutError extends Error {
  readonly code = "ERR_HTTP_REQUEST_TIMEOUT";
}

/**
 * A listener for a server's `checkExpectation`: 417, as Node.js answers by itself where there is no listener. But Node.js
 * would go on reading the body, and no handler that limits its time ever sees the request: so the connection ends.
 *
 * @see RFC 9110 section 10.1.1
 */
export function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(417, { "Content-Length": 0, Connection: "close" }).end();
}
