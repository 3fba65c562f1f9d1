/** How registry clients see errors: Docker reads `errors`, OAuth clients read `error`. One body serves both. */
import { type KeysideError, TooManyFailuresError, UnavailableError } from "../errors.ts";
import { CLIENT_GONE_STATUS, type ErrorAnswer } from "../http/error-handler.ts";

/** The status and codes of one kind of error. */
interface FailureCodes {
  readonly status: number;
  /** An error code of the distribution specification. */
  readonly code: string;
  /** An error code of RFC 6749 section 5.2. */
  readonly error: string;
}

const UNAUTHORIZED: FailureCodes = { status: 401, code: "UNAUTHORIZED", error: "invalid_client" };
const BAD_REQUEST: FailureCodes = { status: 400, code: "UNSUPPORTED", error: "invalid_request" };
const THROTTLED: FailureCodes = { status: 429, code: "TOOMANYREQUESTS", error: "temporarily_unavailable" };
const UNAVAILABLE: FailureCodes = { status: 503, code: "UNAVAILABLE", error: "temporarily_unavailable" };
const UNFORESEEN: FailureCodes = { status: 500, code: "UNKNOWN", error: "server_error" };

/** The answer to an error, in the token endpoint's format. @see docs/spec/registry-auth.md "Answer" */
export function registryError(error: KeysideError | undefined): ErrorAnswer {
  const codes = codesOf(error);
  const message = codes.status === 500 || error === undefined ? "internal server error" : error.message;
  return {
    status: codes.status,
    body: { errors: [{ code: codes.code, message }], error: codes.error, error_description: message },
    headers: {
      "Cache-Control": "no-store",
      ...(codes.status === 401 ? { "WWW-Authenticate": 'Basic realm="Keyside", charset="UTF-8"' } : {}),
      ...(error instanceof TooManyFailuresError || error instanceof UnavailableError
        ? { "Retry-After": String(error.retryAfterSeconds) }
        : {}),
    },
  };
}

function codesOf(error: KeysideError | undefined): FailureCodes {
  switch (error?.code) {
    case "unauthenticated":
    case "invalid_token":
      return UNAUTHORIZED;
    case "validation_failed":
    case "malformed_body":
      return BAD_REQUEST;
    case "unsupported_grant":
      return { ...BAD_REQUEST, error: "unsupported_grant_type" };
    case "too_many_failures":
      return THROTTLED;
    case "payload_too_large":
      return { ...BAD_REQUEST, status: 413 };
    case "unsupported_media_type":
      return { ...BAD_REQUEST, status: 415 };
    case "unavailable":
      return UNAVAILABLE;
    case "client_gone":
      return { ...BAD_REQUEST, status: CLIENT_GONE_STATUS };
    // No step of issuing a registry token throws these.
    case "conflict":
    case "taken":
    case "rule_refused":
    case "already_revoked":
    case "forbidden":
    case "access_level_too_high":
    case "not_found":
    case "feature_disabled":
    case "insufficient_scope":
    case "configuration":
    case undefined:
      return UNFORESEEN;
  }
}
