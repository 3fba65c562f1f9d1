/**
 * Finds the projects of image repositories and the caller's level in them, in one round trip for any number of names, which
 * callers at the same time share. This query is on the hot path; it writes nothing.
 */
import DataLoader from "dataloader";
import type { Database, PreparedQuery } from "../database/database.ts";
import { inOneTurn } from "../database/look-up-together.ts";
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
  /** The full path of the place that gives the level: the project's own, or that of a namespace above it; undefined without one. */
  readonly levelFrom?: string | undefined;
}

interface PathRow {
  path: string;
  user_id: number | null;
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
    select asked.path, asked.user_id, p.id as project_id, p.visibility, p.container_registry_enabled, m.access_level
    from unnest($1::text[], $2::int[]) as asked (path, user_id)
    cross join lateral (select id from full_paths where path = asked.path and deleted_at is null limit 1) r
    left join lateral (select * from projects where full_path_id = r.id limit 1) p on true
    left join lateral (select id from namespaces where full_path_id = r.id limit 1) n on true
    left join lateral (
      (select access_level from members where user_id = asked.user_id and project_id = p.id)
      union all
      (select access_level from members where user_id = asked.user_id and namespace_id = n.id)
      limit 1
    ) m on true`,
};

/** Paths to look up, and whose levels there; null for a caller without any. */
interface Question {
  readonly paths: ReadonlySet<string>;
  readonly userId: number | null;
}

/** Who asks for more paths has a query of their own, so that nobody waits for somebody else's long list. */
const MAXIMUM_SHARED_PATHS = 50;

/** Finds the projects of images. */
export class ImageFactsFinder {
  readonly #database: Database;
  readonly #together: DataLoader<Question, readonly PathRow[]>;

  constructor(database: Database) {
    this.#database = database;
    this.#together = new DataLoader((questions: readonly Question[]) => this.#ask(questions), inOneTurn);
  }

  /**
   * Finds the project of each repository; names without one are absent from the map.
   *
   * @param userId whose access levels to look up; undefined for a caller without any
   * @see docs/spec/registry-auth.md "Repository name to project"
   */
  async find(names: readonly string[], userId: number | undefined): Promise<Map<string, ImageFacts>> {
    const question = { paths: new Set(names.flatMap(projectPathsOf)), userId: userId ?? null };
    if (question.paths.size === 0) return new Map();
    const rows = await this.#rowsOf(question);
    const byPath = new Map(rows.map((row) => [row.path, row]));
    const found = names.flatMap((name) => {
      const facts = resolve(name, byPath);
      return facts === undefined ? [] : ([[name, facts]] as const);
    });
    return new Map(found);
  }

  async #rowsOf(question: Question): Promise<readonly PathRow[]> {
    if (question.paths.size <= MAXIMUM_SHARED_PATHS) return await this.#together.load(question);
    const [rows = []] = await this.#ask([question]);
    return rows;
  }

  /** The rows of each question, in their order. */
  async #ask(questions: readonly Question[]): Promise<PathRow[][]> {
    const asked = new Map<string, readonly [path: string, userId: number | null]>();
    for (const { paths, userId } of questions) for (const path of paths) asked.set(key(path, userId), [path, userId]);
    const pairs = [...asked.values()];
    const values = [pairs.map(([path]) => path), pairs.map(([, userId]) => userId)];
    const rows = await this.#database.query<PathRow>(FIND_PATHS, values);
    const found = new Map(rows.map((row) => [key(row.path, row.user_id), row]));
    return questions.map(({ paths, userId }) => [...paths].flatMap((path) => found.get(key(path, userId)) ?? []));
  }
}

function key(path: string, userId: number | null): string {
  return `${userId ?? ""} ${path}`;
}

/**
 * The longest prefix that is a project wins; levels are inherited from all namespaces above it. Of two places that give the
 * same level, it is from the lower one, as lists of members say.
 */
function resolve(name: string, paths: ReadonlyMap<string, PathRow>): ImageFacts | undefined {
  const along = projectPathsOf(name).flatMap((prefix) => paths.get(prefix) ?? []);
  const last = along.findLastIndex((row) => row.project_id !== null);
  const row = along[last];
  if (row === undefined || row.project_id === null) return undefined;
  let [accessLevel, levelFrom]: [number, string | undefined] = [NO_ACCESS, undefined];
  for (const { path, access_level } of along.slice(0, last + 1))
    if (access_level !== null && access_level >= accessLevel) [accessLevel, levelFrom] = [access_level, path];
  return {
    project: {
      id: row.project_id,
      path: row.path,
      visibility: row.visibility,
      containerRegistryEnabled: row.container_registry_enabled,
    },
    accessLevel,
    levelFrom,
  };
}
