/** Finds what there is to know of a project before git runs for it: one statement, whether it is hidden, missing or there. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { ResourceId } from "../namespaces/path.ts";
import { NO_ACCESS } from "../principals/access-level.ts";
import type { Principal } from "../principals/principal.ts";
import { LEVEL_IN_PROJECT, levelValues, visibilitiesOpenTo } from "../projects/find-project.ts";
import type { GitFacts } from "./decide-access.ts";

/** A project, as Git needs it, and the caller's level in it. */
export interface ProjectRepository extends GitFacts {
  readonly projectId: number;
  /** The full path. */
  readonly path: string;
  /** Names its directory. */
  readonly key: string;
  /** The short name; undefined as long as nothing was pushed. */
  readonly defaultBranch: string | undefined;
}

const REPOSITORIES = `
  select p.id, r.path, p.visibility, p.repository_key, p.default_branch, l.level
  from full_paths r join projects p on p.full_path_id = r.id
  cross join lateral (${LEVEL_IN_PROJECT}) l`;

const FIND_REPOSITORY = `${REPOSITORIES} where r.path = ?`;

const findVisibleBy = (column: "p.id" | "r.path") =>
  `${REPOSITORIES} where ${column} = ? and (l.level > ${NO_ACCESS} or p.visibility in (?))`;

interface Row {
  readonly id: number;
  readonly path: string;
  readonly visibility: GitFacts["visibility"];
  readonly repository_key: string;
  readonly default_branch: string | null;
  readonly level: number;
}

/**
 * Finds a project's repository, whoever asks: the policy decides what the caller is told of it.
 *
 * @param path the full path, as a client wrote it
 */
export async function findRepository(
  em: SqlEntityManager,
  principal: Principal,
  path: string,
): Promise<ProjectRepository | undefined> {
  const [row] = await em.execute<Row[]>(FIND_REPOSITORY, [...levelValues(principal), path]);
  return row === undefined ? undefined : toRepository(row);
}

/**
 * Like {@link findRepository}, by a number too; of what is hidden from the principal it finds nothing, with the same work as of
 * what is missing.
 *
 * @see docs/spec/rest-api.md "May not see the project"
 */
export async function findVisibleRepository(
  em: SqlEntityManager,
  principal: Principal,
  id: ResourceId,
): Promise<ProjectRepository | undefined> {
  const statement = findVisibleBy(typeof id === "number" ? "p.id" : "r.path");
  const [row] = await em.execute<Row[]>(statement, [...levelValues(principal), id, visibilitiesOpenTo(principal)]);
  return row === undefined ? undefined : toRepository(row);
}

function toRepository(row: Row): ProjectRepository {
  return {
    projectId: row.id,
    path: row.path,
    key: row.repository_key,
    visibility: row.visibility,
    accessLevel: row.level,
    defaultBranch: row.default_branch ?? undefined,
  };
}

/** The key of a project's repository; undefined when there is no such project. */
export async function findRepositoryKey(em: SqlEntityManager, projectId: number): Promise<string | undefined> {
  const statement = "select repository_key as key from projects where id = ?";
  const [row] = await em.execute<{ key: string }[]>(statement, [projectId]);
  return row?.key;
}
