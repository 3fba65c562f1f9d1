/**
 * The fast lane: answers the one request that nearly all are before Koa sees it, by the same functions that Koa's middleware
 * and routes are made of. Whatever is unusual about a request leaves it to Koa.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ClientFinder } from "../http/client-address.ts";
import { hangUpSignal } from "../http/hang-up.ts";
import { REQUEST_ID_HEADER, type RequestRecord } from "../http/request-log.ts";
import { REALM_PATH } from "../links.ts";
import type { AnswerToken } from "./answer-token-request.ts";
import { readTokenQuery } from "./token-request.ts";

/** Answers a request; resolves when nothing of it is left to do. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What the lane shares with Koa. */
export interface LaneParts {
  readonly findClient: ClientFinder;
  readonly beginRequest: () => RequestRecord;
  readonly answerToken: AnswerToken;
  /** Told of each connection that broke before its answer was sent. */
  readonly onBroken: (error: Error) => void;
}

/** Answers `GET /jwt/auth` by itself, and all else by `otherwise`, which then finds the request untouched. */
export function tokenLane(parts: LaneParts, otherwise: RequestHandler): RequestHandler {
  return (request, response) => {
    const query = queryOf(request);
    return query === undefined ? otherwise(request, response) : answer(parts, request, response, query);
  };
}

/** The path without or with a query, of the characters that every reader of URLs takes as they are. */
const TARGET = new RegExp(`^${REALM_PATH}(?:\\?([!"$-~]*))?$`);

/** The query of a request that the lane takes: a GET of the endpoint, without a body. Undefined for any other request. */
function queryOf({ method, url = "", httpVersionMajor, headers }: IncomingMessage): string | undefined {
  if (method !== "GET" || httpVersionMajor !== 1 || headers.expect !== undefined) return undefined;
  if (headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0") return undefined;
  const target = TARGET.exec(url);
  return target === null ? undefined : (target[1] ?? "");
}

async function answer(
  { findClient, beginRequest, answerToken, onBroken }: LaneParts,
  request: IncomingMessage,
  response: ServerResponse,
  query: string,
): Promise<void> {
  const { socket } = request;
  response.once("close", () => {
    if (!response.writableFinished && socket.errored) onBroken(socket.errored);
  });
  const { address } = findClient(request);
  const { requestId, done } = beginRequest();
  const sender = { address, client: request.headers["user-agent"], signal: hangUpSignal(response) };
  const read = () => readTokenQuery(query, request.headers.authorization, sender);
  const { status, headers, body } = await answerToken({
    requestId,
    address,
    client: sender.client,
    tellScope: false,
    read,
  });
  done({ method: "GET", path: REALM_PATH, status, ip: address });
  if (response.destroyed) return;
  response.writeHead(status, {
    [REQUEST_ID_HEADER]: requestId,
    ...headers,
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
}
