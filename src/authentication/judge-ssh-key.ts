/** Whether a known SSH key may be used, and by whom: rows in, a principal out. Pure. */
import { isExpired } from "../access-tokens/expiry.ts";
import { type CredentialOwner, InvalidTokenError, UnauthenticatedError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { GIT_SCOPES } from "../principals/token-scope.ts";
import type { UserState, UserType } from "../users/user.entity.ts";
import { judgeAccessToken, type KnownToken } from "./judge-access-token.ts";
import { judgeHuman } from "./judge-human.ts";

/** An SSH key, and what its user is. */
export interface SshKeyRow {
  readonly id: number;
  /** Its type and its bytes in base64. */
  readonly key: string;
  readonly expires_at: string | null;
  /** The access token that it belongs to; null for a human's own. */
  readonly access_token_id: number | null;
  readonly user_id: number;
  readonly username: string;
  readonly user_type: UserType;
  readonly state: UserState;
  readonly admin: boolean;
}

/** A key as it is stored, and the access token that it belongs to; undefined where that is not there. */
export interface KnownSshKey {
  readonly row: SshKeyRow;
  readonly token: KnownToken | undefined;
}

/**
 * The principal that a key stands for, used from `address` at `now`: its human, or its access token as it is now. Of its
 * scopes it has those for Git alone.
 *
 * @throws InvalidTokenError when the key is expired, or its token is not good here and now
 * @throws UnauthenticatedError when its user is blocked: no credential of theirs is known any more
 * @see docs/spec/git.md "SSH keys"
 */
export function judgeSshKey(
  { row, token }: KnownSshKey,
  { now, address }: { readonly now: Date; readonly address: string },
): SignedInPrincipal {
  const owner: CredentialOwner = { userId: row.user_id, username: row.username };
  if (isExpired(row.expires_at, now)) {
    throw new InvalidTokenError(`The SSH key is expired: it expired on ${row.expires_at}; delete it and add another`, {
      owner,
    });
  }
  const principal = row.access_token_id === null ? judgeOwner(row) : token && judgeAccessToken(token, { now, address });
  if (principal === undefined) throw unknownSshKey(owner);
  return { ...principal, scopes: new Set(GIT_SCOPES.filter((scope) => principal.scopes.has(scope))) };
}

/** A bot has no key of its own: each of its keys belongs to its access token. */
function judgeOwner(row: SshKeyRow): SignedInPrincipal | undefined {
  return row.user_type === "human" ? judgeHuman({ ...row, userId: row.user_id }) : undefined;
}

/** Of a key that is not stored, and of a blocked user's, the same is said. */
export function unknownSshKey(owner?: CredentialOwner): UnauthenticatedError {
  return new UnauthenticatedError("the SSH key is not known", { owner });
}
