/** The clauses of what is foreseen that are the same for bots and humans. Pure. */
import { scopesBeyond, type TokenScope } from "../principals/token-scope.ts";
import type { ForeseenAbility, UselessScope } from "./foreseen-access.ts";

/** Some words as English lists them: `pull, push and delete`. */
export function conjoin(words: readonly string[]): string {
  return new Intl.ListFormat("en-GB", { type: "conjunction" }).format(words);
}

/** Like {@link conjoin}, of the first few and how many more there are. */
export function conjoinFirst(words: readonly string[], shown: number): string {
  const more = words.length - shown;
  return conjoin(more > 0 ? [...words.slice(0, shown), `${more} more`] : words);
}

/**
 * What scopes give at the API.
 *
 * @param what what it is that can be read and changed, as words that follow "read" and "read and change"
 */
export function foreseeApi(scopes: ReadonlySet<TokenScope>, what: string): ForeseenAbility[] {
  const has = (scope: TokenScope) => scopesBeyond([scope], scopes).length === 0;
  if (has("api")) return [{ can: true, what: ["read_api", "api"], words: `read and change ${what}` }];
  const rotates: ForeseenAbility[] = has("self_rotate")
    ? [{ can: true, what: ["self_rotate"], words: "rotate itself" }]
    : [];
  if (has("read_api")) {
    return [
      { can: true, what: ["read_api"], words: `read ${what}` },
      ...rotates,
      { can: false, what: ["api"], words: "not change anything else through the API" },
    ];
  }
  const nothing = rotates.length === 0 ? "not call the API" : "not call the API for anything else";
  return [...rotates, { can: false, what: ["read_api", "api"], words: nothing }];
}

/** The scopes that open nothing here, since there is no Git. */
export function uselessWithoutGit(scopes: ReadonlySet<TokenScope>): UselessScope[] {
  return (["read_repository", "write_repository"] as const)
    .filter((scope) => scopes.has(scope))
    .map((scope) => ({ scope, words: "opens nothing: this Keyside serves no Git" }));
}

/** In the order in which they are read: first what a token will do. */
export function inOrder(abilities: readonly ForeseenAbility[]): ForeseenAbility[] {
  return [...abilities.filter(({ can }) => can), ...abilities.filter(({ can }) => !can)];
}
