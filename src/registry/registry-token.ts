/** What is asked of the token endpoint, and what it gives: the words that its steps share. */
import type { Sender } from "../authentication/sender.ts";
import type { BasicCredentials } from "../http/basic-credentials.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import type { RegistryAccess } from "../signing/registry-jwt.ts";

/** A request to the token endpoint, by either method. */
export interface RegistryTokenRequest extends Sender {
  readonly service: string | undefined;
  /** Every value of the `scope` parameter. */
  readonly scopes: readonly string[];
  readonly credentials: RegistryCredentials | undefined;
  /** Whether a refresh token is asked for. */
  readonly offline: boolean;
  /** What the client calls itself: shown to people, never trusted. */
  readonly clientId: string | null;
}

/** A username with a password or an access token; or a refresh token. */
export type RegistryCredentials =
  | ({ readonly kind: "password" } & BasicCredentials)
  | { readonly kind: "refresh_token"; readonly secret: string };

/** Whom a registry token is issued to. */
export type Bearer = Pick<SignedInPrincipal, "kind" | "userId" | "username" | "tokenId">;

/** A registry token and what it grants. */
export interface IssuedRegistryToken {
  /** The compact JWT. */
  readonly token: string;
  /** Its id. */
  readonly jti: string;
  /** Whom it was issued to; undefined for anonymous. */
  readonly to: Bearer | undefined;
  readonly access: readonly RegistryAccess[];
  /** When this answer was made, and for how many seconds from then on the token is good. */
  readonly issuedAt: Date;
  readonly lifetimeSeconds: number;
  /** Set only if it was asked for, by a human who gave their password. */
  readonly refreshToken: string | undefined;
}
