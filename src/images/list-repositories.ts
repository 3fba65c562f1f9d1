/** Lists the repositories of a project: those that registries reported something of, and those that the registry has. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { likePrefix } from "../database/like-pattern.ts";
import type { Page } from "../database/page.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { findReportedRepositories } from "../projects/find-reported-repositories.ts";
import { decidePeriod } from "../projects/period.ts";
import type { Project } from "../projects/project.entity.ts";
import { type CatalogReading, findCatalogReading } from "./catalog-reading.ts";
import { findRepositoryReports, type RepositoryReports } from "./find-repository-reports.ts";
import type { ProjectRepository } from "./order-tags.ts";

/** How many repositories of a project are looked at. */
const MAXIMUM_REPOSITORIES = 10_000;

/** A repository, and what is known of it. */
export interface ListedRepository extends RepositoryReports {
  /** Whether the registry listed it when its catalog was read last; undefined where that was before its last push, or never. */
  readonly isInRegistry: boolean | undefined;
}

/** A page of repositories, in the order of their names. */
export interface RepositoryList {
  readonly repositories: readonly ListedRepository[];
  /** How many fit the search, and how many there are. */
  readonly found: number;
  readonly total: number;
  readonly reading: CatalogReading;
}

const LISTED = "select name from image_repositories where name = ? or name like ? order by name limit ?";

/** A page of a project's repositories, those whose names contain `search`. Whether the caller may see them, the door has asked. */
export async function listRepositories(
  { database, clock }: UseCaseServices,
  project: Project,
  { search, limit, offset }: Page & { readonly search: string },
): Promise<RepositoryList> {
  const em = database.em();
  const now = clock.now();
  const inRegistry = await findListedRepositories(em, project);
  const names = new Set([...(await findReportedRepositories(em, project, MAXIMUM_REPOSITORIES)), ...inRegistry]);
  const found = [...names].filter((name) => name.includes(search.toLowerCase())).sort();
  const reading = await findCatalogReading(em, now);
  const asked = { projectId: project.id, period: decidePeriod({}, now) };
  const reports = await findRepositoryReports(em, asked, found.slice(offset, offset + limit));
  return {
    repositories: reports.map((each) => ({ ...each, isInRegistry: isInRegistry(each, inRegistry, reading) })),
    found: found.length,
    total: names.size,
    reading,
  };
}

function isInRegistry(
  { name, lastPush }: RepositoryReports,
  listed: ReadonlySet<string>,
  { readAt }: CatalogReading,
): boolean | undefined {
  if (listed.has(name)) return true;
  return readAt === undefined || (lastPush !== undefined && lastPush.at >= readAt) ? undefined : false;
}

async function findListedRepositories(
  em: SqlEntityManager,
  { fullPath: { path } }: Project,
): Promise<ReadonlySet<string>> {
  const values = [path, likePrefix(`${path}/`), MAXIMUM_REPOSITORIES];
  const rows = await em.execute<{ name: string }[]>(LISTED, values);
  return new Set(rows.map(({ name }) => name));
}

const KNOWN = `
  select exists (select from image_repositories where name = ?)
    or exists (select from registry_event_counts where repository = ? and project_id = ?) as known`;

/** Whether registries reported something of a repository of a project, or the registry listed it. */
export async function isKnownRepository(
  em: SqlEntityManager,
  { projectId, repository }: ProjectRepository,
): Promise<boolean> {
  const [row] = await em.execute<{ known: boolean }[]>(KNOWN, [repository, repository, projectId]);
  return row?.known === true;
}
