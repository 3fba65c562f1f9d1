/**
 * The errors of the domain: classes with a stable code, plain data, a message that any client may read, and a private
 * detail for the log. Each door decides which status and words a code becomes (src/http/error-handler.ts).
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
  | "taken"
  | "unavailable"
  | "client_gone"
  | "configuration";

/** Whose credential was refused, as far as that is known. */
export interface CredentialOwner {
  readonly userId?: number;
  readonly username?: string;
  readonly tokenId?: number;
}

/** What else there is to say of an error. */
export interface ErrorOptions {
  /** For the log alone. */
  readonly detail?: string | undefined;
  /** For records that people keep of refusals; never for a client. */
  readonly owner?: CredentialOwner | undefined;
  readonly cause?: unknown;
}

/** The base class of every error that Keyside throws on purpose. `message` is public; `detail` is for the log alone. */
export abstract class KeysideError extends Error {
  abstract readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly owner: CredentialOwner | undefined;

  constructor(message: string, { detail, owner, cause }: ErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.detail = detail;
    this.owner = owner;
  }
}

/**
 * One wrong parameter. `field` is its name in the code (`expiresAt`); a door writes it as its clients do: `expires_at`.
 * `message` says what is wrong, in words that follow the name.
 */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** One or more parameters are missing or wrong; the message names every one of them. */
export class ValidationError extends KeysideError {
  readonly code = "validation_failed";
  readonly problems: readonly FieldProblem[];

  constructor(problems: readonly FieldProblem[], options: ErrorOptions = {}) {
    super(problems.map(({ field, message }) => `${field} ${message}`).join(", "), options);
    this.problems = problems;
  }
}

/** The request's body cannot be parsed as its content type. */
export class MalformedBodyError extends KeysideError {
  readonly code = "malformed_body";
}

/** The request is larger than this endpoint accepts. */
export class PayloadTooLargeError extends KeysideError {
  readonly code = "payload_too_large";
}

/** The request's body has a content type that this endpoint does not accept. */
export class UnsupportedMediaTypeError extends KeysideError {
  readonly code = "unsupported_media_type";
}

/** There are no credentials, or they are not known; the message says no more than that. */
export class UnauthenticatedError extends KeysideError {
  readonly code = "unauthenticated";
}

/** A known token that is expired or revoked, or whose user is blocked; only its bearer is told why. */
export class InvalidTokenError extends KeysideError {
  readonly code = "invalid_token";
}

/** A token that was revoked. `tokenId` says which, so that the reuse of a rotated secret can be treated as a leak. */
export class RevokedTokenError extends InvalidTokenError {
  readonly tokenId: number;

  constructor(tokenId: number) {
    super("Token was revoked. You have to re-authorize from the user.", { owner: { tokenId } });
    this.tokenId = tokenId;
  }
}

/** A known token, sent from an address that its list does not hold. The bearer is told; it is no guess, and counts as none. */
export class AddressNotAllowedError extends InvalidTokenError {
  constructor(address: string, owner: CredentialOwner) {
    super(
      address === ""
        ? "Token is accepted from the addresses in its ip_allow_list only, and this request has no address."
        : `Token is not accepted from ${address}, which is not in its ip_allow_list.`,
      { owner },
    );
  }
}

/** The token endpoint does not support this grant type. @see RFC 6749 section 5.2, unsupported_grant_type */
export class UnsupportedGrantError extends KeysideError {
  readonly code = "unsupported_grant";
}

/** Too many wrong credentials came from this request's network; `retryAfterSeconds` is a whole number. */
export class TooManyFailuresError extends KeysideError {
  readonly code = "too_many_failures";
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.retryAfterSeconds = Math.max(1, Math.ceil(retryAfterSeconds));
  }
}

/** The token is valid, but lacks the scope that the call needs. */
export class InsufficientScopeError extends KeysideError {
  readonly code = "insufficient_scope";
  readonly scope: string;

  constructor(scope: string) {
    super("The request requires higher privileges than provided by the access token.");
    this.scope = scope;
  }
}

/** The caller may see the resource, but may not do this to it; `reason` is the rule in words, where there is one. */
export class ForbiddenError extends KeysideError {
  readonly code = "forbidden";
  readonly reason: string | undefined;

  constructor(reason?: string) {
    super(reason ?? "you may not do this");
    this.reason = reason;
  }
}

/** The caller wants to give an access level (`level`) above their `own`: numbers as in `ACCESS_LEVELS`, 0 for none. */
export class AccessLevelTooHighError extends KeysideError {
  readonly code = "access_level_too_high";
  readonly level: number;
  readonly own: number;
  /** Who would get the level: a member, or the bot of a project access token. */
  readonly to: "member" | "bot";

  constructor({ level, own, to }: { level: number; own: number; to: "member" | "bot" }) {
    super(`the access level ${level} is above your own, which is ${own}`);
    this.level = level;
    this.own = own;
    this.to = to;
  }
}

/** The resource does not exist, or the caller may not know that it does: both look the same. */
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

/** A rule of the domain refuses the request; the message is the rule in words. */
export class RuleRefusedError extends KeysideError {
  readonly code = "rule_refused";
}

/** The access token to be rotated was revoked or rotated already. */
export class AlreadyRevokedError extends KeysideError {
  readonly code = "already_revoked";

  constructor() {
    super("token already revoked");
  }
}

/** The request conflicts with the stored state: a name is taken, or another change came first. */
export class ConflictError extends KeysideError {
  readonly code = "conflict";
}

/** The value of a field is there already, and there can be only one. `field` is its name in the code (`fingerprintSha256`). */
export class TakenError extends KeysideError {
  readonly code = "taken";
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** After how many seconds a client is told to try again: long enough for a restart of most databases. */
export const RETRY_AFTER_SECONDS = 5;

/** A temporary fault on our side: the database cannot be reached. It must never look like bad credentials. */
export class UnavailableError extends KeysideError {
  readonly code = "unavailable";
  readonly retryAfterSeconds = RETRY_AFTER_SECONDS;
}

/** The client hung up before its request was answered, and the rest of the work was left undone. Nobody reads this. */
export class ClientGoneError extends KeysideError {
  readonly code = "client_gone";

  constructor() {
    super("the client hung up before it was answered");
  }
}

/** The process cannot start, or a command cannot run, with this configuration. Shown on the operator's terminal. */
export class ConfigurationError extends KeysideError {
  readonly code = "configuration";
}
