/**
 * Who a request acts for: a discriminated union, never null. It lies below all rooms, so that each can name its caller;
 * src/authentication finds out who that is.
 */
import { ForbiddenError, RuleRefusedError } from "../errors.ts";
import type { IpAllowList } from "../http/ip-allow-list.ts";
import type { RepositoryRules } from "./repository-rules.ts";
import { scopesBeyond, TOKEN_SCOPES, type TokenScope } from "./token-scope.ts";

/** Who did something, and with which access token (null for a password), as records of it say. */
export interface Actor {
  readonly userId: number;
  readonly tokenId: number | null;
  /** What else is known of a caller; what Keyside does by itself knows the user alone. */
  readonly kind?: "user" | "bot";
  readonly username?: string;
}

/**
 * Whom a registry token that Keyside issues to itself is for: it looks at images for a page. Nobody can be called so, and what
 * registries report of it is no use of an image.
 *
 * @see docs/spec/web.md "Images"
 */
export const OWN_NAME = "keyside";

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
  /** When the grace of that access token ends, if it was rotated away with one; else null. */
  readonly retiresAt: Date | null;
  /** Where that access token is accepted from; undefined: everywhere. */
  readonly ipAllowList: IpAllowList | undefined;
}

/** What a credential that is no access token says of one. */
export const WITHOUT_ACCESS_TOKEN = {
  tokenId: null,
  expiresAt: null,
  retiresAt: null,
  ipAllowList: undefined,
} as const;

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
  /** When the grace of that access token ends, if it was rotated away with one; else null. */
  readonly retiresAt: Date | null;
  /** Where that access token is accepted from; undefined: everywhere. */
  readonly ipAllowList: IpAllowList | undefined;
  /** What of its project's repositories that access token reaches; undefined: all. */
  readonly repositoryRules: RepositoryRules | undefined;
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
 * Requires that the caller's credential is no weaker than the password that they are about to set, or the sign-in link that
 * they are about to make: it has every scope, and is accepted from everywhere.
 *
 * @throws ForbiddenError saying what it lacks
 * @see docs/spec/access-tokens.md "Creating"
 */
export function requireStrengthOfPassword(
  { scopes, ipAllowList }: SignedInPrincipal,
  made: "password" | "sign-in link" = "password",
): void {
  const none = `it may ${made === "password" ? "set" : "make"} none`;
  if (ipAllowList !== undefined) {
    throw new ForbiddenError(
      `a ${made} is accepted from everywhere, and this request's access token from ${ipAllowList.networks.join(", ")}: ${none}`,
    );
  }
  const lacking = scopesBeyond(TOKEN_SCOPES, scopes);
  if (lacking.length === 0) return;
  throw new ForbiddenError(
    `a ${made} has every scope, and this request's access token lacks ${lacking.join(", ")}: ${none}`,
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
