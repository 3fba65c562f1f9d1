/**
 * Answers requests to the token endpoint, whatever becomes of them: measured, and with an error in the registry's dialect.
 * What Koa's routes and the fast lane do is this.
 */
import type { AnswerFailure, ErrorAnswer } from "../http/error-handler.ts";
import { JSON_TYPE } from "../http/send-json.ts";
import type { Metrics } from "../metrics.ts";
import { renderScope } from "../registry-access/requested-scope.ts";
import { type IssuingServices, issueRegistryToken } from "./issue-registry-token.ts";
import type { IssuedRegistryToken } from "./registry-token.ts";
import { measureTokenRequest } from "./token-metrics.ts";
import type { ReadTokenRequest } from "./token-request.ts";

/** The services that answering needs. */
export interface AnsweringServices extends IssuingServices {
  readonly metrics: Pick<Metrics, "tokenRequests" | "tokenDuration">;
}

/** An answer, ready to be sent: the headers in their order, but for `Content-Length`. */
export interface TokenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request to be answered. */
export interface AskedRequest {
  readonly requestId: string;
  /** Whether the answer says what was granted. @see RFC 6749 section 5.1 */
  readonly tellScope: boolean;
  read(): ReadTokenRequest | Promise<ReadTokenRequest>;
}

/** Answers a request; never throws what reading or issuing throws. */
export type AnswerToken = (asked: AskedRequest) => Promise<TokenAnswer>;

/** The token endpoint; `answerFailure` answers in the registry's dialect. */
export function tokenEndpoint(services: AnsweringServices, answerFailure: AnswerFailure): AnswerToken {
  return async (asked) => {
    const start = performance.now();
    let grant = "unreadable";
    let answer: TokenAnswer;
    try {
      const read = await asked.read();
      grant = read.grant;
      answer = renderIssued(await issueRegistryToken(services, read.request), asked.tellScope);
    } catch (thrown) {
      answer = renderFailure(answerFailure(thrown, asked.requestId));
    }
    measureTokenRequest(services.metrics, { grant, status: answer.status, ms: performance.now() - start });
    return answer;
  };
}

/**
 * The token is by far the longest part, stands there twice, and has no character that JSON escapes: so it is not searched
 * for one.
 *
 * @see RFC 7515 section 3.1; docs/spec/registry-auth.md "Answer"
 */
function renderIssued(
  { token, access, lifetimeSeconds, issuedAt, refreshToken }: IssuedRegistryToken,
  tellScope: boolean,
): TokenAnswer {
  const others = {
    expires_in: lifetimeSeconds,
    issued_at: issuedAt.toISOString(),
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    ...(tellScope ? { scope: access.map(renderScope).join(" ") } : {}),
  };
  return {
    status: 200,
    headers: { "Cache-Control": "no-store", "Content-Type": `${JSON_TYPE}; charset=utf-8` },
    body: `{"token":"${token}","access_token":"${token}",${JSON.stringify(others).slice(1)}`,
  };
}

function renderFailure({ status, headers, body }: ErrorAnswer): TokenAnswer {
  return { status, headers: { ...headers, "Content-Type": JSON_TYPE }, body: JSON.stringify(body) };
}
