/** Warns the creator of a token that cannot push what it seems to: the registry requires permission to pull as well. */
import type { RepositoryRule } from "../principals/repository-rules.ts";
import type { TokenScope } from "../principals/token-scope.ts";
import type { Visibility } from "../projects/project.entity.ts";

/** What of a token the warning depends on; null: no rules. */
export interface PushingToken {
  readonly scopes: readonly TokenScope[];
  readonly repositoryRules?: readonly RepositoryRule[] | null | undefined;
}

/**
 * The warning, in printable ASCII without quotation marks, for a token that may push where it may not pull; undefined where
 * it may, and when pulling needs no token.
 *
 * @see docs/spec/registry-auth.md "Who may do what"
 */
export function pushWarning({ scopes, repositoryRules }: PushingToken, visibility: Visibility): string | undefined {
  if (visibility === "public" || !scopes.includes("write_registry")) return undefined;
  const needed = `the registry itself needs pull and push for an upload: on this ${visibility} project, docker push fails`;
  if (!scopes.includes("read_registry")) return `${needed} with write_registry alone; add read_registry`;
  const alone = pushedAlone(repositoryRules ?? []);
  return alone.length === 0 ? undefined : `${needed} where a rule allows push alone; add pull for ${listed(alone)}`;
}

const SHOWN_PATTERNS = 5;

function listed(patterns: readonly string[]): string {
  const shown = patterns.slice(0, SHOWN_PATTERNS).map((pattern) => `'${pattern}'`);
  const others = patterns.length - shown.length;
  return others === 0 ? shown.join(", ") : `${shown.join(", ")} and ${others} more`;
}

/** The patterns that some rule names for push and none for pull. */
function pushedAlone(rules: readonly RepositoryRule[]): string[] {
  const patternsOf = (action: "push" | "pull") =>
    rules.flatMap(({ actions, repositories }) => (actions.includes(action) ? repositories : []));
  const pulled = new Set(patternsOf("pull"));
  return pulled.has("**") ? [] : [...new Set(patternsOf("push"))].filter((pattern) => !pulled.has(pattern));
}
