/**
 * Paths of namespaces and projects. A path is the beginning of an image's name, so it must follow the registry's
 * grammar: otherwise nobody could push to it. Since paths never change (docs/adr/0009), those that a door uses or will
 * use are reserved from the start.
 */
import { RuleRefusedError, ValidationError } from "../errors.ts";
import { OWN_NAME } from "../principals/principal.ts";

/** One segment of a repository's name. @see distribution `reference/regexp.go`, path-component */
export const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;

/** The maximum length of one segment of a path, in characters. */
export const MAXIMUM_SEGMENT_LENGTH = 100;

/** How deep groups nest: the most segments that the path of a new group has. */
export const MAXIMUM_GROUP_DEPTH = 20;

/** The most segments that the path of a project has: those of its groups, and its own. */
export const MAXIMUM_PROJECT_DEPTH = MAXIMUM_GROUP_DEPTH + 1;

/** A project or a group as a caller names it: by its id, or by its full path in lower case. */
export type ResourceId = number | string;

/**
 * The first segments of Keyside's own addresses, now or once there is Git; the usernames `ghost` and `root`, which the first
 * start alone gives; and Keyside's own name.
 *
 * @see GitLab `lib/gitlab/path_regex.rb`
 */
const RESERVED_AT_TOP = new Set([
  ...["-", ".well-known", "404.html", "422.html", "500.html", "502.html", "503.html", "admin", "api"],
  ...[
    "apple-touch-icon.png",
    "assets",
    "dashboard",
    "explore",
    "favicon.ico",
    "favicon.png",
    "files",
    "ghost",
    "groups",
    "new",
  ],
  ...["health_check", "help", "import", "jwt", "login", "logout", "oauth", "profile", "projects", "public", "registry"],
  ...[
    "robots.txt",
    "root",
    "s",
    "search",
    "settings",
    "sitemap",
    "sitemap.xml",
    "snippets",
    "unsubscribes",
    "uploads",
    "users",
  ],
  "v2",
  OWN_NAME,
]);

/** What follows a project's path in addresses of pages and of Git: a project of this name would be mistaken for one. */
const RESERVED_FOR_PROJECTS = new Set([
  ...["-", "badges", "blame", "blob", "builds", "commits", "create", "create_dir", "edit", "files", "find_file", "new"],
  ...["preview", "raw", "refs", "tree", "update", "wikis"],
]);

/** Where a segment is used: for a group in a group, for a group or user at the top level, or for a project. */
export type SegmentPlace = "nested" | "top" | "project";

/** What no segment ends with: Git and feeds are addressed so. */
export const FOREIGN_ENDING = /\.(?:git|atom)$/;

/** What no segment is: a number in an address is an id. */
export const DIGITS_ALONE = /^[0-9]+$/;

/** The words that no segment in a place may be. */
export const RESERVED_SEGMENTS: Readonly<Record<SegmentPlace, ReadonlySet<string>>> = {
  nested: new Set(),
  top: RESERVED_AT_TOP,
  project: RESERVED_FOR_PROJECTS,
};

/** The form that a segment fails to have, in words that follow "is not"; undefined for a good one. */
export function unmetSegmentForm(segment: string, place: SegmentPlace): string | undefined {
  if (DIGITS_ALONE.test(segment)) return "a path with more than digits: a number is taken for an id";
  if (FOREIGN_ENDING.test(segment)) return "a path that does not end in .git or .atom";
  if (!COMPONENT.test(segment)) {
    return "a path of lower-case letters and digits, separated by single '.', '_', '__' or hyphens, as image names are";
  }
  return RESERVED_SEGMENTS[place].has(segment) ? "a path that is free: it is a reserved word" : undefined;
}

/**
 * Demands that a segment may stand in a place.
 *
 * @throws ValidationError naming the field `path`
 */
export function requireSegment(segment: string | undefined, place: SegmentPlace): string {
  if (segment === undefined) throw wrongPath("is missing");
  const form = unmetSegmentForm(segment, place);
  if (form !== undefined) throw wrongPath(`is invalid: ${JSON.stringify(segment)} is not ${form}`);
  if (segment.length > MAXIMUM_SEGMENT_LENGTH) {
    throw wrongPath(`is too long (maximum is ${MAXIMUM_SEGMENT_LENGTH} characters)`);
  }
  return segment;
}

/**
 * Demands that groups do not nest deeper than they may. Groups that did so before there was a limit stay as they are.
 *
 * @param path the full path of a new group
 * @throws RuleRefusedError when it has more segments than `MAXIMUM_GROUP_DEPTH`
 */
export function requireGroupDepth(path: string): void {
  if (path.split("/").length > MAXIMUM_GROUP_DEPTH) {
    throw new RuleRefusedError(`groups nest at most ${MAXIMUM_GROUP_DEPTH} deep`);
  }
}

function wrongPath(message: string): ValidationError {
  return new ValidationError([{ field: "path", message }]);
}

/** Whether a text is one segment of a repository's name. */
export function isPathComponent(segment: string): boolean {
  return COMPONENT.test(segment);
}

/** A path and all the paths above it, shortest first: `a`, `a/b`, `a/b/c`. */
export function pathPrefixes(path: string): string[] {
  return firstPrefixes(path, Number.POSITIVE_INFINITY);
}

/**
 * The paths of all projects that a repository could belong to, and of the namespaces above them, shortest first. What lies
 * deeper than projects do is the image's own, and is not looked up.
 *
 * @see docs/spec/registry-auth.md "Request"
 */
export function projectPathsOf(repository: string): string[] {
  return firstPrefixes(repository, MAXIMUM_PROJECT_DEPTH);
}

function firstPrefixes(path: string, maximum: number): string[] {
  const prefixes: string[] = [];
  for (let end = 0; end < path.length && prefixes.length < maximum; ) {
    const slash = path.indexOf("/", end + 1);
    end = slash === -1 ? path.length : slash;
    prefixes.push(path.slice(0, end));
  }
  return prefixes;
}

/** The last segment of a full path. */
export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
