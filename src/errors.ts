/**
 * The errors of the domain: classes with a stable code, plain data, a message that any client may read, and a private
 * detail for the log. Which status and words a code becomes is decided by the door that answers (src/http/error-handler.ts).
 */

/** What a door renders an error by. */
export type ErrorCode =
  | "validation_failed"
  | "malformed_body"
  | "payload_too_large"
  | "unsupported_media_type"
  | "unauthenticated"
  | "invalid_token"
  | "unsupported_grant"
  | "too_many_failures"
  | "insufficient_scope"
  | "forbidden"
  | "access_level_too_high"
  | "not_found"
  | "feature_disabled"
  | "rule_refused"
  | "already_revoked"
  | "conflict"
  | "unavailable"
  | "configuration";

/** The base of every error that Keyside throws on purpose. `message` is public; `detail` is for the log alone. */
export abstract class KeysideError extends Error {
  abstract readonly code: ErrorCode;
  readonly detail: string | undefined;

  constructor(message: string, options: { detail?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.detail = options.detail;
  }
}

/**
 * One wrong parameter: `field` names it as the code does (`expiresAt`), a door writes it as its clients do (`expires_at`);
 * `message` says what is wrong in words that follow the name.
 */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** One or more parameters are missing or wrong; the message names every one of them. */
export class ValidationError extends KeysideError {
  readonly code = "validation_failed";
  readonly problems: readonly FieldProblem[];

  constructor(problems: readonly FieldProblem[]) {
    super(problems.map(({ field, message }) => `${field} ${message}`).join(", "));
    this.problems = problems;
  }
}

/** The request's body cannot be parsed as what it claims to be. */
export class MalformedBodyError extends KeysideError {
  readonly code = "malformed_body";
}

/** The request is larger than this endpoint reads. */
export class PayloadTooLargeError extends KeysideError {
  readonly code = "payload_too_large";
}

/** The request's body is of a content type that this endpoint does not read. */
export class UnsupportedMediaTypeError extends KeysideError {
  readonly code = "unsupported_media_type";
}

/** No credentials, or credentials that are not known; says no more than that. */
export class UnauthenticatedError extends KeysideError {
  readonly code = "unauthenticated";
}

/** A known token that is expired or revoked, or whose user is blocked; only its bearer is told why. */
export class InvalidTokenError extends KeysideError {
  readonly code = "invalid_token";
}

/** A token that was revoked; which one, so that the reuse of a rotated secret can be answered. */
export class RevokedTokenError extends InvalidTokenError {
  readonly tokenId: number;

  constructor(tokenId: number) {
    super("Token was revoked. You have to re-authorize from the user.");
    this.tokenId = tokenId;
  }
}

/** The token endpoint knows no such way to ask for a token. @see RFC 6749 section 5.2, unsupported_grant_type */
export class UnsupportedGrantError extends KeysideError {
  readonly code = "unsupported_grant";
}

/** Too many wrong credentials came from where this request came from; `retryAfterSeconds` is a whole number. */
export class TooManyFailuresError extends KeysideError {
  readonly code = "too_many_failures";
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.retryAfterSeconds = Math.max(1, Math.ceil(retryAfterSeconds));
  }
}

/** The token is good, but lacks the scope that the call needs. */
export class InsufficientScopeError extends KeysideError {
  readonly code = "insufficient_scope";
  readonly scope: string;

  constructor(scope: string) {
    super("The request requires higher privileges than provided by the access token.");
    this.scope = scope;
  }
}

/** The caller sees what it is about, but may not do this to it; `reason` is the rule in words, where there is one to tell. */
export class ForbiddenError extends KeysideError {
  readonly code = "forbidden";
  readonly reason: string | undefined;

  constructor(reason?: string) {
    super(reason ?? "you may not do this");
    this.reason = reason;
  }
}

/** The caller would give an access level above their own: `level` above `own`, both as in `ACCESS_LEVELS`; 0 for none. */
export class AccessLevelTooHighError extends KeysideError {
  readonly code = "access_level_too_high";
  readonly level: number;
  readonly own: number;
  /** Where it would be given: to a member, or to the bot of a project access token. */
  readonly to: "member" | "bot";

  constructor({ level, own, to }: { level: number; own: number; to: "member" | "bot" }) {
    super(`the access level ${level} is above your own, which is ${own}`);
    this.level = level;
    this.own = own;
    this.to = to;
  }
}

/** It does not exist, or the caller may not know that it does: the two look alike. */
export class NotFoundError extends KeysideError {
  readonly code = "not_found";
  /** What was looked for, capitalised: `Project`, `User`. */
  readonly resource: string;

  constructor(resource: string) {
    super(`there is no such ${resource.toLowerCase()}`);
    this.resource = resource;
  }
}

/** The call belongs to a feature whose flag is off. @see docs/spec/access-tokens.md "The feature flag" */
export class FeatureDisabledError extends KeysideError {
  readonly code = "feature_disabled";

  constructor(flag: string) {
    super(
      `the feature flag "${flag}" is off for this project; an administrator turns it on with ` +
        `\`keyside feature enable ${flag}\`.`,
    );
  }
}

/** A rule of the domain refuses; the message is the rule in words. */
export class RuleRefusedError extends KeysideError {
  readonly code = "rule_refused";
}

/** The access token to be rotated was revoked or rotated before. */
export class AlreadyRevokedError extends KeysideError {
  readonly code = "already_revoked";

  constructor() {
    super("token already revoked");
  }
}

/** The request clashes with what is there: a name that is taken, a change that came first. */
export class ConflictError extends KeysideError {
  readonly code = "conflict";
}

/** A passing fault of ours: the database cannot be reached. Never to be mistaken for bad credentials. */
export class UnavailableError extends KeysideError {
  readonly code = "unavailable";
}

/** The process cannot start, or a command cannot run, as it is configured. Meant for the operator's terminal. */
export class ConfigurationError extends KeysideError {
  readonly code = "configuration";
}
