/**
 * Turns whatever a route throws into an answer. A dialect decides how an error code is written: the API uses
 * GitLab's, the token endpoint the registry's. An unexpected error is a 500 that reveals no details.
 */
import type { Middleware } from "koa";
import type { Logger } from "pino";
import { KeysideError, UnavailableError } from "../errors.ts";
import { sendJson } from "./send-json.ts";

/** The answer to a failed request. */
export interface ErrorAnswer<Body = unknown> {
  readonly status: number;
  readonly body: Body;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the log and the metrics call a request whose client hung up; the number is nginx's, as HTTP has none. */
export const CLIENT_GONE_STATUS = 499;

/** How one protocol writes an error; `undefined` stands for an unexpected one. */
export type ErrorDialect<Body = unknown> = (error: KeysideError | undefined) => ErrorAnswer<Body>;

/** What is known of errors that are not our own. */
export interface KnownFailures {
  /** Whether it is temporary: another try may succeed. */
  isUnavailable(error: unknown): boolean;
  /** Whether the log has been told of it already, for all requests that it concerns. */
  isTold(error: unknown): boolean;
}

/** Turns what was thrown while a request was answered into the answer. */
export type AnswerFailure<Body = unknown> = (thrown: unknown, requestId: string) => ErrorAnswer<Body>;

/** Answers every error in `dialect`, and logs those that are our own fault. */
export function failureAnswers<Body>(
  dialect: ErrorDialect<Body>,
  known: KnownFailures,
  log: Logger,
): AnswerFailure<Body> {
  return (thrown, requestId) => {
    const error = recognise(thrown, known);
    const answer = dialect(error);
    if (answer.status >= 500 && !known.isTold(thrown))
      log.error({ err: describeFailure(thrown), requestId }, "request failed");
    else if (error?.detail !== undefined) log.info({ code: error.code, detail: error.detail }, "request refused");
    return answer;
  };
}

/** Middleware that answers every error of later middleware. */
export function errorHandler(answerFailure: AnswerFailure): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (thrown) {
      const answer = answerFailure(thrown, ctx.state.requestId);
      ctx.status = answer.status;
      for (const [name, value] of Object.entries(answer.headers ?? {})) ctx.set(name, value);
      sendJson(ctx, answer.body);
    }
  };
}

/** What is logged of a failure. Not the driver's error itself: it carries its query with all values, digests among them. */
export function describeFailure(thrown: unknown): Readonly<Record<string, unknown>> {
  if (!(thrown instanceof Error)) return { message: String(thrown) };
  const { name, message, stack, cause } = thrown;
  const { code } = thrown as { code?: unknown };
  return { type: name, message, code, stack, cause: cause === undefined ? undefined : describeFailure(cause) };
}

function recognise(thrown: unknown, known: KnownFailures): KeysideError | undefined {
  if (thrown instanceof KeysideError) return thrown;
  if (known.isUnavailable(thrown))
    return new UnavailableError("the service is unavailable for the moment; try again later", { cause: thrown });
  return undefined;
}
