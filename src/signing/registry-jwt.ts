/** The JWT that a registry accepts. What it grants, and to whom, is decided by the caller. */
import jwt from "jsonwebtoken";
import { epochSeconds } from "../clock.ts";
import type { SigningKey } from "./signing-keys.ts";

/** How long before its issue a token is already good, for a registry whose clock is behind. */
const NOT_BEFORE_LEEWAY_SECONDS = 10;

/** One entry of the `access` claim, such as `{type: "repository", name: "group/project", actions: ["pull"]}`. */
export interface RegistryAccess {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** What a registry token says, and the key that signs it. */
export interface RegistryTokenContents {
  readonly key: Pick<SigningKey, "algorithm" | "privateKey" | "x5c">;
  readonly issuer: string;
  /** One service: a 2.x registry refuses a list. */
  readonly audience: string;
  /** The username; empty for anonymous. */
  readonly subject: string;
  readonly access: readonly RegistryAccess[];
  readonly issuedAt: Date;
  readonly lifetimeSeconds: number;
  /** The `jti`: unique to this token. */
  readonly tokenId: string;
}

/**
 * Signs a registry token: a compact JWT whose header carries the leaf's certificate.
 *
 * @see docs/spec/registry-auth.md "The JWT"
 * @see RFC 7519 section 4.1
 */
export function signRegistryToken(request: RegistryTokenContents): string {
  const { key, issuer, audience, subject, access, lifetimeSeconds, tokenId } = request;
  const issuedAtSeconds = epochSeconds(request.issuedAt);
  const claims = {
    iss: issuer,
    sub: subject,
    aud: audience,
    exp: issuedAtSeconds + lifetimeSeconds,
    nbf: issuedAtSeconds - NOT_BEFORE_LEEWAY_SECONDS,
    iat: issuedAtSeconds,
    jti: tokenId,
    access: access.map(({ type, name, actions }) => ({ type, name, actions })),
  };
  const header = { alg: key.algorithm, typ: "JWT", x5c: [...key.x5c] };
  return jwt.sign(claims, key.privateKey, { algorithm: key.algorithm, header });
}
