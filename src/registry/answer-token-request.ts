/**
 * Answers requests to the token endpoint, whatever becomes of them: measured, and with an error in the registry's dialect.
 * What Koa's routes and the fast lane do is this.
 */
import { withOrigin } from "../audit/request-origin.ts";
import type { AnswerFailure, ErrorAnswer } from "../http/error-handler.ts";
import { JSON_TYPE } from "../http/send-json.ts";
import type { Metrics } from "../metrics.ts";
import type { RegistryContacts } from "../registry-access/registry-contacts.ts";
import { renderScope } from "../registry-access/requested-scope.ts";
import { type TokenAuditServices, tellIssued, tellRefused } from "./audit-token-request.ts";
import { type IssuingServices, issueRegistryToken } from "./issue-registry-token.ts";
import type { IssuedRegistryToken, RegistryTokenRequest } from "./registry-token.ts";
import { measureTokenRequest } from "./token-metrics.ts";
import type { ReadTokenRequest } from "./token-request.ts";

/** The services that answering needs. */
export interface AnsweringServices extends IssuingServices, TokenAuditServices {
  readonly metrics: Pick<Metrics, "tokenRequests" | "tokenDuration">;
  readonly registryContacts: Pick<RegistryContacts, "note">;
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
  /** The client's address. */
  readonly address: string;
  /** The header User-Agent. */
  readonly client: string | undefined;
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
    let read: ReadTokenRequest | undefined;
    let answer: TokenAnswer;
    try {
      read = await asked.read();
      const issued = await issue(services, read.request, asked);
      // No token leaves before its line is written, where that is required.
      const told = tellIssued(services, read.request, issued, asked);
      if (told !== undefined) await told;
      answer = renderIssued(issued, asked.tellScope);
      services.registryContacts.note("token");
    } catch (thrown) {
      answer = renderFailure(answerFailure(thrown, asked.requestId));
      tellRefused(services, { thrown, status: answer.status, request: read?.request, origin: asked });
    }
    const grant = read?.grant ?? "unreadable";
    measureTokenRequest(services.metrics, { grant, status: answer.status, ms: performance.now() - start });
    return answer;
  };
}

/** What is stored on the way is recorded with where the request came from; only a refresh token is. */
function issue(
  services: AnsweringServices,
  request: RegistryTokenRequest,
  origin: AskedRequest,
): Promise<IssuedRegistryToken> {
  if (services.audit === undefined || !request.offline) return issueRegistryToken(services, request);
  return withOrigin(origin, () => issueRegistryToken(services, request));
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
