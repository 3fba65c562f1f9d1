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
] as const;
/** The name of a scope. */
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** The scopes that allow actions in the registry, and nothing else. */
export const REGISTRY_SCOPES = ["read_registry", "write_registry", "delete_registry"] as const satisfies TokenScope[];
