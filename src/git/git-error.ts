/** How Git clients see errors: as text, which git prints behind `remote:`. */
import type { KeysideError } from "../errors.ts";
import { TooManyFailuresError, UnavailableError } from "../errors.ts";
import { CLIENT_GONE_STATUS, type ErrorAnswer } from "../http/error-handler.ts";

/** What is said of a project that is missing, and of one that is hidden. */
const NO_PROJECT = "The project you were looking for could not be found or you don't have permission to view it.";

/** The answer to an error, for a Git client. @see docs/spec/git.md "HTTP" */
export function gitError(error: KeysideError | undefined): ErrorAnswer<string> {
  const { status, text } = render(error);
  return {
    status,
    body: `${text}\n`,
    headers: {
      ...(status === 401 ? { "WWW-Authenticate": 'Basic realm="Keyside", charset="UTF-8"' } : {}),
      ...(error instanceof TooManyFailuresError || error instanceof UnavailableError
        ? { "Retry-After": String(error.retryAfterSeconds) }
        : {}),
    },
  };
}

function render(error: KeysideError | undefined): { readonly status: number; readonly text: string } {
  switch (error?.code) {
    case "unauthenticated":
    case "invalid_token":
      return { status: 401, text: error.message };
    case "not_found":
      return { status: 404, text: NO_PROJECT };
    case "forbidden":
      return { status: 403, text: error.message };
    case "validation_failed":
    case "malformed_body":
      return { status: 400, text: error.message };
    case "payload_too_large":
      return { status: 413, text: error.message };
    case "unsupported_media_type":
      return { status: 415, text: error.message };
    case "too_many_failures":
      return { status: 429, text: error.message };
    case "unavailable":
      return { status: 503, text: error.message };
    case "client_gone":
      return { status: CLIENT_GONE_STATUS, text: error.message };
    // No step of serving Git throws these.
    case "conflict":
    case "taken":
    case "rule_refused":
    case "already_revoked":
    case "access_level_too_high":
    case "feature_disabled":
    case "insufficient_scope":
    case "unsupported_grant":
    case "configuration":
    case undefined:
      return { status: 500, text: "internal server error" };
  }
}
