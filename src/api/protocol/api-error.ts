/** How the API's clients see errors: with GitLab's statuses and bodies. */
import type { KeysideError } from "../../errors.ts";
import {
  AccessLevelTooHighError,
  ForbiddenError,
  InsufficientScopeError,
  NotFoundError,
  RETRY_AFTER_SECONDS,
  TakenError,
  TooManyFailuresError,
  ValidationError,
} from "../../errors.ts";
import { CLIENT_GONE_STATUS, type ErrorAnswer } from "../../http/error-handler.ts";
import { NO_ACCESS } from "../../principals/access-level.ts";

/** The answer to an error, in GitLab's format. @see docs/spec/rest-api.md "Failures" */
export function apiError(error: KeysideError | undefined): ErrorAnswer {
  switch (error?.code) {
    case "unauthenticated":
      return {
        status: 401,
        body: { message: "401 Unauthorized" },
        headers: { "WWW-Authenticate": 'Bearer realm="Keyside"' },
      };
    case "invalid_token":
      return {
        status: 401,
        body: { error: "invalid_token", error_description: error.message },
        headers: { "WWW-Authenticate": 'Bearer realm="Keyside", error="invalid_token"' },
      };
    case "insufficient_scope": {
      const scope = error instanceof InsufficientScopeError ? error.scope : "api";
      return { status: 403, body: { error: "insufficient_scope", error_description: error.message, scope } };
    }
    case "validation_failed":
      return { status: 400, body: { error: error instanceof ValidationError ? describe(error) : error.message } };
    case "malformed_body":
    case "unsupported_grant":
      return { status: 400, body: { error: error.message } };
    case "already_revoked":
      return { status: 400, body: { message: `400 Bad request - ${error.message}` } };
    case "rule_refused":
      return { status: 400, body: { message: error.message } };
    case "payload_too_large":
      return { status: 413, body: { error: error.message } };
    case "unsupported_media_type":
      return { status: 415, body: { error: error.message } };
    case "too_many_failures": {
      const retryAfterSeconds = error instanceof TooManyFailuresError ? error.retryAfterSeconds : 1;
      return { status: 429, body: { message: error.message }, headers: { "Retry-After": String(retryAfterSeconds) } };
    }
    case "forbidden":
      return forbidden(error instanceof ForbiddenError ? error.reason : undefined);
    case "access_level_too_high":
      return forbidden(error instanceof AccessLevelTooHighError ? levelTooHigh(error) : undefined);
    case "not_found": {
      const resource = error instanceof NotFoundError ? `${error.resource} ` : "";
      return { status: 404, body: { message: `404 ${resource}Not Found` } };
    }
    case "feature_disabled":
      return { status: 404, body: { message: `404 Not Found: ${error.message}` } };
    case "conflict":
      return { status: 409, body: { message: error.message } };
    case "taken": {
      const field = error instanceof TakenError ? snakeCase(error.field) : "value";
      return { status: 400, body: { message: { [field]: ["has already been taken"] } } };
    }
    case "unavailable":
      return { status: 503, body: { message: error.message }, headers: { "Retry-After": String(RETRY_AFTER_SECONDS) } };
    case "client_gone":
      return { status: CLIENT_GONE_STATUS, body: { message: error.message } };
    case "configuration":
    case undefined:
      return { status: 500, body: { message: "500 Internal Server Error" } };
  }
}

function forbidden(reason: string | undefined): ErrorAnswer {
  return { status: 403, body: { message: reason === undefined ? "403 Forbidden" : `403 Forbidden: ${reason}` } };
}

function levelTooHigh({ level, own, to }: AccessLevelTooHighError): string {
  const where = to === "bot" ? " in this project" : "";
  return `access_level ${level} is above your own${where}, which is ${own === NO_ACCESS ? "none" : own}`;
}

/** Names parameters as the API's clients write them: `expires_at`, not `expiresAt`. */
function describe({ problems }: ValidationError): string {
  return problems.map(({ field, message }) => `${snakeCase(field)} ${message}`).join(", ");
}

function snakeCase(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
