/**
 * Paths of namespaces and projects. A path is the beginning of an image's name, so its grammar is the registry's: what
 * could not be pushed to cannot be made.
 */
import { z } from "zod";

/** @see distribution `reference/regexp.go`, path-component */
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;

/** The first segments that Keyside's own addresses begin with. */
const RESERVED = new Set(["api", "assets", "jwt", "registry", "ghost", "v2"]);

const MAXIMUM_LENGTH = 100;

/** One segment of a path, as a parameter. */
export const pathSegment = z
  .string()
  .min(1)
  .max(MAXIMUM_LENGTH)
  .refine(
    (value) => COMPONENT.test(value),
    "a path of lower-case letters and digits, separated by single '.', '_', '__' or hyphens, as image names are",
  )
  .refine((value) => !/\.(git|atom)$/.test(value), "a path that does not end in .git or .atom");

/** A segment that may stand first. */
export const topLevelPathSegment = pathSegment.refine(
  (value) => !RESERVED.has(value),
  "a path that is free: it is a reserved word",
);

/** Whether a text is one segment of a repository's name. */
export function isPathComponent(segment: string): boolean {
  return COMPONENT.test(segment);
}

/** A path and all that it lies in, shortest first: `a`, `a/b`, `a/b/c`. */
export function pathPrefixes(path: string): string[] {
  const segments = path.split("/");
  return segments.map((_, index) => segments.slice(0, index + 1).join("/"));
}

/** The last segment of a full path. */
export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
