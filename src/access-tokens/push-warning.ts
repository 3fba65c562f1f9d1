/** Warns the creator of a token that cannot push: the registry requires permission to pull as well. */
import type { TokenScope } from "../principals/token-scope.ts";
import type { Visibility } from "../projects/project.entity.ts";

/**
 * The warning, for a token that may push but not pull; undefined when pulling needs no scope.
 *
 * @see docs/spec/registry-auth.md "Who may do what"
 */
export function pushWarning(scopes: readonly TokenScope[], visibility: Visibility): string | undefined {
  if (visibility === "public" || !scopes.includes("write_registry") || scopes.includes("read_registry"))
    return undefined;
  return (
    `the registry itself needs pull and push for an upload: on this ${visibility} project, docker push fails ` +
    "with write_registry alone; add read_registry"
  );
}
