/** Finds the tombstones that deletions leave, and what registries reported under them. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { likePrefix } from "../database/like-pattern.ts";
import { NotFoundError } from "../errors.ts";
import { requireAdministrator, type SignedInPrincipal } from "../principals/principal.ts";
import { FullPath } from "./full-path.entity.ts";

/** How many of the repositories under a path are named. */
const NAMED_REPOSITORIES = 100;

/** A repository under the path; registries may have it still. */
export interface DeletedRepository {
  readonly name: string;
  /** The last day (UTC) that a registry reported something of, as `YYYY-MM-DD`. */
  readonly lastReportedOn: string;
}

/** The path of something that was deleted. */
export interface DeletedPath {
  readonly path: string;
  readonly deletedAt: Date;
  /** The namespace whose Owners may take the path over; null where only administrators may. */
  readonly namespaceId: number | null;
  /** What registries reported under the path, by name: the first 100. */
  readonly repositories: readonly DeletedRepository[];
  readonly repositoryCount: number;
}

/** From the counts, since the reports themselves are forgotten after a while. */
const REPORTED = `
  select repository as name, max(day)::text as last_reported_on, (count(*) over ())::int as total
  from registry_event_counts where repository = ? or repository like ?
  group by repository order by repository limit ${NAMED_REPOSITORIES}`;

/**
 * Finds a tombstone.
 *
 * @throws ForbiddenError when the caller is not an administrator
 * @throws NotFoundError when there is none: the path is free, or something has it
 * @see docs/spec/access-tokens.md "Paths outlive what they named"
 */
export async function findDeletedPath(
  em: SqlEntityManager,
  caller: SignedInPrincipal,
  path: string,
): Promise<DeletedPath> {
  requireAdministrator(caller);
  const tombstone = await em.findOne(FullPath, { path });
  if (tombstone?.deletedAt == null) throw new NotFoundError("Deleted Path");
  const rows = await em.execute<{ name: string; last_reported_on: string; total: number }[]>(REPORTED, [
    path,
    likePrefix(`${path}/`),
  ]);
  return {
    path,
    deletedAt: tombstone.deletedAt,
    namespaceId: tombstone.namespaceId ?? null,
    repositories: rows.map(({ name, last_reported_on }) => ({ name, lastReportedOn: last_reported_on })),
    repositoryCount: rows[0]?.total ?? 0,
  };
}
