/** The way down to a project, a group or a user: the segments of its path. */
import { lastSegment } from "../namespaces/path.ts";
import type { Crumb } from "./parts/crumbs.ts";
import type { PageLinks } from "./protocol/page-links.ts";

/** A crumb for each of the paths from the top down; those that the visitor sees are links. */
export function placeCrumbs(
  prefixes: readonly string[],
  links: PageLinks,
  isSeen: (path: string) => boolean,
): readonly Crumb[] {
  return prefixes.map((path) => {
    const name = lastSegment(path);
    return isSeen(path) ? { name, href: links.place(path) } : { name };
  });
}
