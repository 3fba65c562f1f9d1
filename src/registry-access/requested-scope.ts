/**
 * Parses the scope of a request to the token endpoint, by the grammar of the distribution specification. Never throws:
 * violations of the grammar are returned as a problem; unknown types are dropped.
 */
import { isPathComponent, projectPathsOf } from "../namespaces/path.ts";
import { REPOSITORY_ACTIONS, type RepositoryAction } from "../principals/repository-rules.ts";

/** The action that stands for all actions in a request. */
export const ANY_ACTION = "*";

/** A repository that a client asks for; `*` is kept among the actions as it was requested. */
export interface RepositoryScope {
  readonly type: "repository";
  readonly name: string;
  readonly actions: ReadonlySet<RepositoryAction | typeof ANY_ACTION>;
}

/** The registry's catalog, which has the one action `*`. */
export interface CatalogScope {
  readonly type: "registry";
  readonly name: "catalog";
  readonly actions: ReadonlySet<typeof ANY_ACTION>;
}

/** A repository or the catalog, with the actions that a client asks for. */
export type RequestedScope = RepositoryScope | CatalogScope;

/** The requested scopes, merged and in the client's order; or the first violation of the grammar, in words. */
export type ParsedScopes =
  | { readonly ok: true; readonly scopes: readonly RequestedScope[] }
  | { readonly ok: false; readonly problem: string };

/** What of a scope can be unknown here, and so is dropped, with the rest of the scope or without it. */
export type DroppedPart = "type" | "name" | "actions";

/** Is told of what is dropped, once a part of a scope: `value` is the part, empty where it is missing, `a,b` of actions. */
export type ScopeRecorder = (scope: string, part: DroppedPart, value: string) => void;

/** How many scopes one request may ask for. */
export const MAXIMUM_SCOPES = 100;

/** How many different paths one request may have looked up: those of the projects and groups that its names could lie in. */
export const MAXIMUM_PATHS = 500;

/** @see distribution `reference/regexp.go`: a repository's name has 255 characters at most */
const MAXIMUM_NAME_LENGTH = 255;
const TYPE = /^([a-z0-9]+)(?:\([a-z0-9]+\))?$/;
const HOST =
  /^(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(?:\.(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]))*(?::\d+)?$/;
const ACTION = /^(?:[a-z]*|\*)$/;
const REPOSITORY_SCOPE_ACTIONS = [...REPOSITORY_ACTIONS, ANY_ACTION] as const;
const SHOWN_CHARACTERS = 100;

const ignore: ScopeRecorder = () => {};

/**
 * Reads every value of a request's `scope` parameter.
 *
 * @see distribution `docs/content/spec/auth/scope.md`; docs/spec/registry-auth.md "Request"
 */
export function parseScopes(values: readonly string[], record: ScopeRecorder = ignore): ParsedScopes {
  const written = values.flatMap((value) => value.match(/[^ ]+/g) ?? []);
  if (written.length > MAXIMUM_SCOPES) {
    return {
      ok: false,
      problem: `is invalid: ${written.length} scopes are too many: at most ${MAXIMUM_SCOPES} in one request`,
    };
  }
  const merged = new Map<string, RequestedScope>();
  for (const scope of written) {
    const parsed = parseScope(scope, record);
    if (typeof parsed === "string") {
      return {
        ok: false,
        problem: `is invalid: ${JSON.stringify(scope.slice(0, SHOWN_CHARACTERS))} is not a scope: ${parsed}`,
      };
    }
    if (parsed === undefined) continue;
    const key = `${parsed.type}:${parsed.name}`;
    const known = merged.get(key);
    merged.set(key, known === undefined ? parsed : merge(known, parsed));
  }
  const scopes = [...merged.values()];
  const problem = pathsProblem(scopes);
  return problem === undefined ? { ok: true, scopes } : { ok: false, problem };
}

/** How the names, all together, ask for more paths than one request may, in words; undefined where they do not. */
function pathsProblem(scopes: readonly RequestedScope[]): string | undefined {
  const paths = new Set<string>();
  for (const { type, name } of scopes) {
    if (type !== "repository") continue;
    for (const path of projectPathsOf(name)) paths.add(path);
    if (paths.size > MAXIMUM_PATHS) {
      return `is invalid: the repositories could lie in more than ${MAXIMUM_PATHS} different groups and projects: ask for fewer in one request`;
    }
  }
  return undefined;
}

/** Writes a requested scope as text again. */
export function renderScope({
  type,
  name,
  actions,
}: {
  type: string;
  name: string;
  actions: Iterable<string>;
}): string {
  return `${type}:${name}:${[...actions].join(",")}`;
}

/** One scope; undefined when its type is unknown; or, in words, how it violates the grammar. */
function parseScope(scope: string, record: ScopeRecorder): RequestedScope | string | undefined {
  const [first, last] = [scope.indexOf(":"), scope.lastIndexOf(":")];
  if (first === last) return "the form is type:name:action,...";
  // A class in parentheses is deprecated: it is skipped and never echoed.
  const type = TYPE.exec(scope.slice(0, first))?.[1];
  if (type === undefined) return "its type is not lower-case letters and digits";
  const name = scope.slice(first + 1, last);
  const actions = [...new Set(scope.slice(last + 1).split(","))];
  if (!actions.every((action) => ACTION.test(action)))
    return "its actions are not lower-case words separated by commas, or *";
  const known = <Action extends string>(all: readonly Action[]): Set<Action> => {
    const dropped = actions.filter((action) => !all.some((each) => each === action));
    if (dropped.length > 0) record(scope, "actions", dropped.join(","));
    return keep(actions, all);
  };
  switch (type) {
    case "repository":
      // zot asks for a repository without a name beside the catalog: that is nothing asked.
      if (name === "") break;
      return repositoryNameProblem(name) ?? { type, name, actions: known(REPOSITORY_SCOPE_ACTIONS) };
    case "registry":
      if (name !== "catalog") break;
      return { type, name, actions: known([ANY_ACTION]) };
    default:
      record(scope, "type", type);
      return undefined;
  }
  record(scope, "name", name);
  return undefined;
}

/** How a name breaks the grammar of repositories' names, in words; undefined for a good one. */
export function repositoryNameProblem(name: string): string | undefined {
  if (name.length > MAXIMUM_NAME_LENGTH) return `its name is longer than ${MAXIMUM_NAME_LENGTH} characters`;
  const [head = "", ...rest] = name.split("/");
  // By the grammar a bare word in upper case is a host too; but it is a mistyped namespace: a host has a dot or a port.
  const mayBeHost = rest.length > 0 && HOST.test(head) && /[.:]/.test(head);
  const segments = mayBeHost ? rest : [head, ...rest];
  return segments.every(isPathComponent)
    ? undefined
    : "a repository's name is lower-case letters and digits, separated by single '.', '_', '__' or hyphens, in segments separated by '/'";
}

function keep<Action extends string>(written: readonly string[], known: readonly Action[]): Set<Action> {
  return new Set(known.filter((action) => written.includes(action)));
}

function merge(one: RequestedScope, other: RequestedScope): RequestedScope {
  if (one.type === "registry") return { ...one, actions: keep([...one.actions, ...other.actions], [ANY_ACTION]) };
  return { ...one, actions: keep([...one.actions, ...other.actions], REPOSITORY_SCOPE_ACTIONS) };
}
