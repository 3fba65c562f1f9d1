/** Warns the creator of a token that cannot push after all: the registry demands pull as well before it takes a push. */

import type { TokenScope } from "../principals/token-scope.ts";
import type { Visibility } from "../projects/project.entity.ts";

/**
 * A `Warning` header for a token that may push but not pull; empty where pulling needs no scope.
 *
 * @see RFC 7234 section 5.5 for the header, docs/spec/registry-auth.md "Who may do what" for the rule
 */
export function pushWarning(scopes: readonly TokenScope[], visibility: Visibility): Record<string, string> {
  if (visibility === "public" || !scopes.includes("write_registry") || scopes.includes("read_registry")) return {};
  const sentence =
    `the registry itself needs pull and push for an upload: on this ${visibility} project, docker push fails ` +
    "with write_registry alone; add read_registry";
  return { Warning: `299 keyside "${sentence}"` };
}
