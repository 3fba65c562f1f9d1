/**
 * From the names of repositories to the projects that hold them and the caller's level there: one round trip, whatever
 * their number. The hot path's query; it writes nothing.
 */
import type { Database, PreparedQuery } from "../database/database.ts";
import { NO_ACCESS } from "../principals/access-level.ts";
import { pathPrefixes } from "../namespaces/path.ts";
import type { Visibility } from "./project.entity.ts";

/** What policy needs to know of a project. */
export interface ProjectFacts {
  readonly id: number;
  readonly path: string;
  readonly visibility: Visibility;
  readonly containerRegistryEnabled: boolean;
}

/** The project that holds a repository, and the caller's highest level in it: own or inherited. */
export interface RepositoryFacts {
  readonly project: ProjectFacts;
  readonly accessLevel: number;
}

interface RouteRow {
  path: string;
  project_id: number | null;
  visibility: Visibility;
  container_registry_enabled: boolean;
  access_level: number | null;
}

const FIND_ROUTES: PreparedQuery = {
  name: "find_routes",
  text: `
    select r.path, p.id as project_id, p.visibility, p.container_registry_enabled, m.access_level
    from routes r
    left join projects p on p.route_id = r.id
    left join namespaces n on n.route_id = r.id
    left join members m on m.user_id = $2 and (m.project_id = p.id or m.namespace_id = n.id)
    where r.path = any($1)`,
};

/**
 * Finds the project of each repository; names without one are absent from the map.
 *
 * @param userId whose access levels to look up; undefined for a caller who has none anywhere
 * @see spec/registry-auth.md "Repository name to project"
 */
export async function findRepositories(
  database: Database,
  names: readonly string[],
  userId: number | undefined,
): Promise<Map<string, RepositoryFacts>> {
  const prefixes = new Set(names.flatMap(pathPrefixes));
  if (prefixes.size === 0) return new Map();
  const rows = await database.query<RouteRow>(FIND_ROUTES, [[...prefixes], userId ?? null]);
  const routes = new Map(rows.map((row) => [row.path, row]));
  const found = names.flatMap((name) => {
    const facts = resolve(name, routes);
    return facts === undefined ? [] : ([[name, facts]] as const);
  });
  return new Map(found);
}

/** The longest prefix that is a project wins; levels are inherited from all that it lies in. */
function resolve(name: string, routes: ReadonlyMap<string, RouteRow>): RepositoryFacts | undefined {
  const along = pathPrefixes(name).flatMap((prefix) => routes.get(prefix) ?? []);
  const last = along.findLastIndex((row) => row.project_id !== null);
  const row = along[last];
  if (row === undefined || row.project_id === null) return undefined;
  return {
    project: {
      id: row.project_id,
      path: row.path,
      visibility: row.visibility,
      containerRegistryEnabled: row.container_registry_enabled,
    },
    accessLevel: Math.max(NO_ACCESS, ...along.slice(0, last + 1).map(({ access_level }) => access_level ?? NO_ACCESS)),
  };
}
