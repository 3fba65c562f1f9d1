/** The scopes of access tokens: what a secret may be used for. @see docs/spec/access-tokens.md "Scopes" */

/** Every scope that a token may have. */
export const TOKEN_SCOPES = [
  "api",
  "read_api",
  "read_registry",
  "write_registry",
  "delete_registry",
  "read_repository",
  "write_repository",
  "self_rotate",
] as const;
/** The name of a scope. */
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** What a scope allows besides: a token that has it may do all that one with these may. */
const INCLUDED: Partial<Record<TokenScope, readonly TokenScope[]>> = {
  api: ["read_api", "self_rotate"],
  write_repository: ["read_repository"],
};

/** Those of the wanted scopes that are not within the ones that somebody has; empty when all are. */
export function scopesBeyond(wanted: Iterable<TokenScope>, own: ReadonlySet<TokenScope>): TokenScope[] {
  const within = new Set([...own].flatMap((scope) => [scope, ...(INCLUDED[scope] ?? [])]));
  return [...wanted].filter((scope) => !within.has(scope));
}

/** The scopes that allow actions in the registry, and nothing else. */
export const REGISTRY_SCOPES = ["read_registry", "write_registry", "delete_registry"] as const satisfies TokenScope[];

/** The scopes that allow fetching from a Git repository and pushing to it, and nothing else. */
export const GIT_SCOPES = ["read_repository", "write_repository"] as const satisfies TokenScope[];
