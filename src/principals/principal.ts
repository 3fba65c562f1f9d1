/**
 * Who a request acts for: a discriminated union, never null. It lies below all rooms, so that each can name its caller;
 * src/authentication finds out who that is.
 */
import { ForbiddenError, RuleRefusedError } from "../errors.ts";
import { scopesBeyond, TOKEN_SCOPES, type TokenScope } from "./token-scope.ts";

/** Who did something, and with which access token (null for a password), as records of it say. */
export interface Actor {
  readonly userId: number;
  readonly tokenId: number | null;
  /** What else is known of a caller; what Keyside does by itself knows the user alone. */
  readonly kind?: "user" | "bot";
  readonly username?: string;
}

/** A request without credentials. */
export interface AnonymousPrincipal {
  readonly kind: "anonymous";
}

/** A human who signed in with a password or a personal access token. */
export interface UserPrincipal {
  readonly kind: "user";
  readonly userId: number;
  readonly username: string;
  readonly admin: boolean;
  /** What the credential may be used for; a password has every scope. */
  readonly scopes: ReadonlySet<TokenScope>;
  /** The access token that was presented; null for a password. */
  readonly tokenId: number | null;
  /** `YYYY-MM-DD`: the end of that access token; null without one, and for a password. */
  readonly expiresAt: string | null;
}

/** A human who signed in with their password. */
export interface PasswordPrincipal extends UserPrincipal {
  readonly tokenId: null;
  /** Changes as soon as the password does. */
  readonly passwordFingerprint: string;
}

/** The bot user of a project access token: a member of that project, and without access anywhere else. */
export interface BotPrincipal {
  readonly kind: "bot";
  readonly userId: number;
  readonly username: string;
  readonly scopes: ReadonlySet<TokenScope>;
  readonly tokenId: number;
  /** `YYYY-MM-DD`: the end of that access token; null without one. */
  readonly expiresAt: string | null;
  readonly project: {
    readonly id: number;
    readonly path: string;
    readonly visibility: "private" | "internal" | "public";
    readonly containerRegistryEnabled: boolean;
    readonly accessLevel: number;
  };
}

/** A principal that presented valid credentials. */
export type SignedInPrincipal = UserPrincipal | BotPrincipal;

/** Who a request acts for. @see docs/spec/access-tokens.md "Vocabulary" */
export type Principal = AnonymousPrincipal | SignedInPrincipal;

/** The one anonymous principal. */
export const ANONYMOUS: AnonymousPrincipal = Object.freeze({ kind: "anonymous" });

/** Whether the caller is an administrator; a bot never is. */
export function isAdministrator(caller: Principal): caller is UserPrincipal {
  return caller.kind === "user" && caller.admin;
}

/**
 * Requires that the caller is an administrator.
 *
 * @throws ForbiddenError when the caller is not an administrator
 */
export function requireAdministrator(caller: SignedInPrincipal): void {
  if (!isAdministrator(caller)) throw new ForbiddenError();
}

/**
 * Requires that the caller's credential has every scope, as the password has that they are about to set.
 *
 * @throws ForbiddenError naming the scopes that it lacks
 * @see docs/spec/access-tokens.md "Creating"
 */
export function requireEveryScope({ scopes }: SignedInPrincipal): void {
  const lacking = scopesBeyond(TOKEN_SCOPES, scopes);
  if (lacking.length === 0) return;
  throw new ForbiddenError(
    `a password has every scope, and this request's access token lacks ${lacking.join(", ")}: it may set none`,
  );
}

/**
 * The id of the access token that the caller presented.
 *
 * @throws RuleRefusedError when the caller presented a password
 */
export function requireToken(caller: SignedInPrincipal): number {
  if (caller.tokenId === null) throw new RuleRefusedError("the request presents no access token, but a password");
  return caller.tokenId;
}
