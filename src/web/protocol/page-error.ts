/** How people see errors: a status, and a page that says what is wrong and what to do. */
import type { KeysideError } from "../../errors.ts";
import { ForbiddenError, RETRY_AFTER_SECONDS, TooManyFailuresError } from "../../errors.ts";
import { CLIENT_GONE_STATUS, type ErrorAnswer } from "../../http/error-handler.ts";

/** What an error page says. */
export interface PageProblem {
  readonly title: string;
  /** One or two whole sentences. */
  readonly explanation: string;
}

/** The answer to an error, for people. @see docs/spec/web.md "Who sees what" */
export function pageError(error: KeysideError | undefined): ErrorAnswer<PageProblem> {
  switch (error?.code) {
    case "malformed_body":
    case "unsupported_media_type":
    case "unsupported_grant":
      return problem(400, "The request cannot be read", sentence(error.message));
    case "validation_failed":
    case "rule_refused":
    case "already_revoked":
    case "conflict":
    case "taken":
    case "unauthenticated":
    case "invalid_token":
      return problem(422, "That cannot be done", sentence(error.message));
    case "forbidden":
      return problem(403, "You may not do this", sentence(reasonOf(error) ?? "your role does not allow it"));
    case "access_level_too_high":
    case "insufficient_scope":
      return problem(403, "You may not do this", sentence(error.message));
    case "not_found":
      return problem(404, "There is no such page", "It does not exist, or you may not see it.");
    case "feature_disabled":
      return problem(404, "This is not turned on", sentence(error.message));
    case "payload_too_large":
      return problem(413, "That is too much to send", sentence(error.message));
    case "too_many_failures": {
      const seconds = error instanceof TooManyFailuresError ? error.retryAfterSeconds : 1;
      return { ...problem(429, "Too many attempts", sentence(error.message)), headers: retryAfter(seconds) };
    }
    case "unavailable": {
      const explanation = "Keyside cannot reach its database for the moment. Try again in a few seconds.";
      return { ...problem(503, "Not available for the moment", explanation), headers: retryAfter(RETRY_AFTER_SECONDS) };
    }
    case "client_gone":
      return problem(CLIENT_GONE_STATUS, "The request was given up", sentence(error.message));
    case "configuration":
    case undefined:
      return problem(
        500,
        "Keyside failed",
        "The fault is on this side, and is in the log of the service under the number below.",
      );
  }
}

function reasonOf(error: KeysideError): string | undefined {
  return error instanceof ForbiddenError ? error.reason : undefined;
}

/** A message that follows a colon elsewhere, as a sentence of its own. */
export function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function problem(status: number, title: string, explanation: string): ErrorAnswer<PageProblem> {
  return { status, body: { title, explanation } };
}

function retryAfter(seconds: number): Readonly<Record<string, string>> {
  return { "Retry-After": String(seconds) };
}
