/** Whether a known access token may be used, and by whom: a row in, a principal out. Pure, so that it can be explained. */
import { isExpired } from "../access-tokens/expiry.ts";
import { isGraceOver } from "../access-tokens/grace.ts";
import { AddressNotAllowedError, InvalidTokenError, RevokedTokenError, UnauthenticatedError } from "../errors.ts";
import type { IpAllowList } from "../http/ip-allow-list.ts";
import { NO_ACCESS } from "../principals/access-level.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import type { RepositoryRules } from "../principals/repository-rules.ts";
import { ownerOf, type TokenRow } from "./find-access-tokens.ts";

/** What is asked about a token, in this order. */
export const TOKEN_STEPS = [
  /** Is it not revoked? */
  "revoked",
  /** If it was rotated away with a grace, does that go on? */
  "grace",
  /** Is its date not reached? */
  "expiry",
  /** Is its user neither blocked nor the ghost? */
  "user",
  /** Is it sent from an address that it is accepted from? */
  "address",
] as const;
/** One of the questions. */
export type TokenStep = (typeof TOKEN_STEPS)[number];

/** Is told of each question that was asked, and whether it allowed to go on. */
export type TokenRecorder = (step: TokenStep, passed: boolean) => void;

/** A token as it is stored, and what limits it, ready to be asked; undefined where it has none. */
export interface KnownToken {
  readonly row: TokenRow;
  readonly rules: RepositoryRules | undefined;
  readonly ipAllowList: IpAllowList | undefined;
}

/**
 * The principal that a token stands for, sent from `address` at `now`. The bearer of a dead token, and nobody else, is told
 * that it is dead.
 *
 * @throws RevokedTokenError, InvalidTokenError, AddressNotAllowedError when the token is known, but not good here and now
 * @throws UnauthenticatedError when its user is blocked: no credential of theirs is known any more
 */
export function judgeAccessToken(
  token: KnownToken,
  { now, address }: { readonly now: Date; readonly address: string },
  record: TokenRecorder = () => {},
): SignedInPrincipal {
  const { row } = token;
  const demand = (step: TokenStep, passed: boolean, otherwise: () => Error): void => {
    record(step, passed);
    if (!passed) throw otherwise();
  };
  demand("revoked", !row.revoked, () => new RevokedTokenError(row.token_id));
  demand("grace", !isGraceOver(row.retires_at, now), () => new RevokedTokenError(row.token_id));
  demand("expiry", !isExpired(row.expires_at, now), () => expired(row));
  // Humans and bots become different kinds of principals; the ghost never signs in.
  const principal = row.state === "blocked" ? undefined : toPrincipal(token);
  record("user", principal !== undefined);
  if (principal === undefined) throw new UnauthenticatedError("the access token is not known", { owner: ownerOf(row) });
  const isAllowed = principal.ipAllowList === undefined || principal.ipAllowList.has(address);
  demand("address", isAllowed, () => new AddressNotAllowedError(address, ownerOf(row)));
  return principal;
}

function expired(row: TokenRow): InvalidTokenError {
  return new InvalidTokenError(
    `Token is expired: it expired on ${row.expires_at}; create or rotate it under Settings > Access tokens`,
    { owner: ownerOf(row) },
  );
}

function toPrincipal({ row, rules, ipAllowList }: KnownToken): SignedInPrincipal | undefined {
  const common = {
    userId: row.user_id,
    username: row.username,
    scopes: new Set(row.scopes),
    tokenId: row.token_id,
    expiresAt: row.expires_at,
    retiresAt: row.retires_at,
    ipAllowList,
  };
  switch (row.user_type) {
    case "human":
      return { kind: "user", admin: row.admin, ...common };
    case "project_bot": {
      if (row.project_id === null || row.project_path === null || row.visibility === null) return undefined;
      const project = {
        id: row.project_id,
        path: row.project_path,
        visibility: row.visibility,
        containerRegistryEnabled: row.container_registry_enabled === true,
        accessLevel: row.access_level ?? NO_ACCESS,
      };
      return { kind: "bot", project, repositoryRules: rules, ...common };
    }
    case "ghost":
      return undefined;
  }
}
