/** What is kept of a credential that was not accepted. */
import type { AuditEntry } from "../audit/audit-entry.ts";
import { InvalidTokenError, KeysideError, TooManyFailuresError, UnauthenticatedError } from "../errors.ts";

/**
 * Why a credential was not accepted, and whose it is, if that is known; undefined for an error that is about something else.
 * The name that was typed is not in it: it may be a password.
 */
export function failedCredential(
  thrown: unknown,
): Pick<AuditEntry, "cause" | "message" | "actor" | "tokenId"> | undefined {
  if (!(thrown instanceof KeysideError)) return undefined;
  // A wrong password in a call whose own credential is good.
  const error = thrown.cause instanceof UnauthenticatedError ? thrown.cause : thrown;
  const isFailure =
    error instanceof UnauthenticatedError ||
    error instanceof InvalidTokenError ||
    error instanceof TooManyFailuresError;
  if (!isFailure) return undefined;
  const { code: cause, message, owner } = error;
  const actor =
    owner?.userId === undefined ? undefined : { kind: undefined, userId: owner.userId, username: owner.username };
  return { cause, message, actor, tokenId: owner?.tokenId };
}
