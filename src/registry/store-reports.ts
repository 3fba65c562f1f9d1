/** Stores what registries report as records of the actor and the project: two statements, whatever their number. */
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";
import { findRepositories } from "../projects/find-repositories.ts";
import type { RegistryReport } from "./notification.schema.ts";

/**
 * A report that came before is not stored again. An actor who is gone by now was deleted since: the record is the ghost's,
 * as it would be had it come in time. Anonymous has none, and so has a repository that belongs to no project.
 */
const STORE_REPORTS: PreparedQuery = {
  name: "store_reports",
  text: `
    insert into registry_events (created_at, event_id, happened_at, action, repository, from_repository, digest, tag,
      media_type, project_id, user_id)
    select $1::timestamptz, e.id, e.happened_at, e.action, e.repository, e.from_repository, e.digest, e.tag,
      e.media_type, p.id, case when e.actor = '' then null else coalesce(u.id, ghost.id) end
    from jsonb_to_recordset($2::jsonb) as e (id text, happened_at timestamptz, action text, repository text,
      from_repository text, digest text, tag text, media_type text, project_id int, actor text)
    left join users u on u.username = e.actor
    left join projects p on p.id = e.project_id
    left join users ghost on ghost.user_type = 'ghost'
    on conflict (event_id) do nothing
    returning event_id`,
};

/** Stores reports, each once however often it comes; answers how many were new. */
export async function storeReports(
  { database, clock }: { database: Database; clock: Clock },
  reports: readonly RegistryReport[],
): Promise<number> {
  if (reports.length === 0) return 0;
  const names = [...new Set(reports.map(({ repository }) => repository))];
  const projects = await findRepositories(database, names, undefined);
  const rows = reports.map((report) => ({
    id: report.id,
    happened_at: report.happenedAt,
    action: report.action,
    repository: report.repository,
    from_repository: report.fromRepository,
    digest: report.digest,
    tag: report.tag,
    media_type: report.mediaType,
    project_id: projects.get(report.repository)?.project.id ?? null,
    actor: report.actor,
  }));
  return (await database.query(STORE_REPORTS, [clock.now(), JSON.stringify(rows)])).length;
}
