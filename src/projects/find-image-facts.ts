/**
 * Finds the projects of image repositories and the caller's level in them, in one round trip for any number of names.
 * This query is on the hot path; it writes nothing.
 */
import type { Database, PreparedQuery } from "../database/database.ts";
import { projectPathsOf } from "../namespaces/path.ts";
import { NO_ACCESS } from "../principals/access-level.ts";
import type { Visibility } from "./project.entity.ts";

/** What the policy needs to know about a project. */
export interface ProjectFacts {
  readonly id: number;
  readonly path: string;
  readonly visibility: Visibility;
  readonly containerRegistryEnabled: boolean;
}

/** The project that holds an image, and the caller's highest level in it: direct or inherited. */
export interface ImageFacts {
  readonly project: ProjectFacts;
  readonly accessLevel: number;
}

interface PathRow {
  path: string;
  project_id: number | null;
  visibility: Visibility;
  container_registry_enabled: boolean;
  access_level: number | null;
}

/**
 * Each path is looked up by itself, in indexes. Were it one condition for all paths, PostgreSQL would sooner read whole
 * tables, and a client without credentials says how many paths there are. `limit 1` keeps it from merging the two forms.
 */
const FIND_PATHS: PreparedQuery = {
  name: "find_paths",
  text: `
    select asked.path, p.id as project_id, p.visibility, p.container_registry_enabled, m.access_level
    from unnest($1::text[]) as asked (path)
    cross join lateral (select id from full_paths where path = asked.path and deleted_at is null limit 1) r
    left join lateral (select * from projects where full_path_id = r.id limit 1) p on true
    left join lateral (select id from namespaces where full_path_id = r.id limit 1) n on true
    left join lateral (
      (select access_level from members where user_id = $2 and project_id = p.id)
      union all
      (select access_level from members where user_id = $2 and namespace_id = n.id)
      limit 1
    ) m on true`,
};

/**
 * Finds the project of each repository; names without one are absent from the map.
 *
 * @param userId whose access levels to look up; undefined for a caller without any
 * @see docs/spec/registry-auth.md "Repository name to project"
 */
export async function findImageFacts(
  database: Database,
  names: readonly string[],
  userId: number | undefined,
): Promise<Map<string, ImageFacts>> {
  const prefixes = new Set(names.flatMap(projectPathsOf));
  if (prefixes.size === 0) return new Map();
  const rows = await database.query<PathRow>(FIND_PATHS, [[...prefixes], userId ?? null]);
  const paths = new Map(rows.map((row) => [row.path, row]));
  const found = names.flatMap((name) => {
    const facts = resolve(name, paths);
    return facts === undefined ? [] : ([[name, facts]] as const);
  });
  return new Map(found);
}

/** The longest prefix that is a project wins; levels are inherited from all namespaces above it. */
function resolve(name: string, paths: ReadonlyMap<string, PathRow>): ImageFacts | undefined {
  const along = projectPathsOf(name).flatMap((prefix) => paths.get(prefix) ?? []);
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
