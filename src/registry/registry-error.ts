/** How failures read to registry clients: Docker reads `errors`, OAuth clients `error`. One body serves both. */
import { type KeysideError, TooManyFailuresError } from "../errors.ts";
import type { ErrorAnswer } from "../http/error-handler.ts";

interface Reading {
  readonly status: number;
  /** An error code of the distribution specification. */
  readonly code: string;
  /** An error code of RFC 6749 section 5.2. */
  readonly error: string;
}

const UNAUTHORIZED: Reading = { status: 401, code: "UNAUTHORIZED", error: "invalid_client" };
const BAD_REQUEST: Reading = { status: 400, code: "UNSUPPORTED", error: "invalid_request" };
const THROTTLED: Reading = { status: 429, code: "TOOMANYREQUESTS", error: "temporarily_unavailable" };
const UNAVAILABLE: Reading = { status: 503, code: "UNAVAILABLE", error: "temporarily_unavailable" };
const UNFORESEEN: Reading = { status: 500, code: "UNKNOWN", error: "server_error" };

/** An error in the dialect of the token endpoint. @see spec/registry-auth.md "Answer" */
export function registryError(error: KeysideError | undefined): ErrorAnswer {
  const reading = read(error);
  const message = reading.status === 500 || error === undefined ? "internal server error" : error.message;
  return {
    status: reading.status,
    body: { errors: [{ code: reading.code, message }], error: reading.error, error_description: message },
    headers: {
      "Cache-Control": "no-store",
      ...(reading.status === 401 ? { "WWW-Authenticate": 'Basic realm="Keyside", charset="UTF-8"' } : {}),
      ...(error instanceof TooManyFailuresError ? { "Retry-After": String(error.retryAfter) } : {}),
    },
  };
}

function read(error: KeysideError | undefined): Reading {
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
    // No step of issuing a registry token throws these.
    case "conflict":
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
