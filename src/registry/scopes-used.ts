/** Which scopes of a credential were needed for what it was granted. Pure. */
import { REPOSITORY_ACTIONS } from "../principals/repository-rules.ts";
import type { TokenScope } from "../principals/token-scope.ts";
import type { ImageFacts } from "../projects/find-image-facts.ts";
import { CATALOG_SCOPE, scopeNeeded } from "../registry-access/policy.ts";
import type { RegistryAccess } from "../signing/registry-jwt.ts";

/**
 * The scopes without which something of it would not have been granted: none for a pull that everybody has.
 *
 * @param access what was granted
 * @param repositories what is known of the repositories in it, by their names
 * @see docs/spec/access-tokens.md "Last use"
 */
export function scopesUsed(
  access: readonly RegistryAccess[],
  repositories: ReadonlyMap<string, ImageFacts>,
): readonly TokenScope[] {
  const used = new Set<TokenScope>();
  for (const { type, name, actions } of access) {
    if (type === "registry") used.add(CATALOG_SCOPE);
    const facts = repositories.get(name);
    if (type !== "repository" || facts === undefined) continue;
    for (const action of REPOSITORY_ACTIONS) {
      const scope = actions.includes(action) ? scopeNeeded(action, facts) : undefined;
      if (scope !== undefined) used.add(scope);
    }
  }
  return [...used];
}
