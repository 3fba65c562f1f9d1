/** Finds the names of namespaces: those that a caller may know, for all the paths of a list at once. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { NO_ACCESS } from "../principals/access-level.ts";
import type { Principal } from "../principals/principal.ts";
import { levelSources, levelsFrom } from "./find-namespace.ts";
import { lastSegment, pathPrefixes } from "./path.ts";

/** The names of namespaces, by their full paths. */
export interface Names {
  /** Whether the caller may know the name. */
  readonly isKnown: (path: string) => boolean;
  /** `Backend`; the last segment of the path, where the name is not for the caller. */
  readonly own: (path: string) => string;
  /** `Team / Backend` */
  readonly full: (path: string) => string;
}

/** The names that the caller may know: of personal namespaces, and of the groups that they are a member of. */
const FIND_NAMES = `
  select r.path, n.name from namespaces n join full_paths r on r.id = n.full_path_id
  where r.path in (?) and (n.kind = 'user' or ? > ${NO_ACCESS} or exists (${levelsFrom("n.id")}))`;

/** The names of namespaces and of all above them; one query, however many there are. */
export async function findNames(em: SqlEntityManager, caller: Principal, paths: readonly string[]): Promise<Names> {
  const prefixes = [...new Set(paths.flatMap(pathPrefixes))];
  const { memberId, everywhere } = levelSources(caller);
  const rows =
    prefixes.length === 0
      ? []
      : await em.execute<{ path: string; name: string }[]>(FIND_NAMES, [prefixes, everywhere, memberId]);
  const names = new Map(rows.map(({ path, name }) => [path, name]));
  const own = (path: string) => names.get(path) ?? lastSegment(path);
  return { isKnown: (path) => names.has(path), own, full: (path) => pathPrefixes(path).map(own).join(" / ") };
}
