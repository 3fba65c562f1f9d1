/**
 * Stores what registries report, and shows it among the events of the actor and the project: two statements, whatever
 * their number.
 */
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";
import type { EventAction } from "../events/event.entity.ts";
import { findImageFacts } from "../projects/find-image-facts.ts";
import type { RegistryReport } from "./notification.schema.ts";

/**
 * A report that came before is not stored again. An actor who is gone by now was deleted since: the record is the ghost's,
 * as it would be had it come in time. Anonymous has none, and so has a repository that belongs to no project: these make
 * no event. An event tells when the thing happened, not when its report came.
 */
const STORE_REPORTS: PreparedQuery = {
  name: "store_reports",
  text: `
    with stored as (
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
      returning *
    ), shown as (
      insert into events (created_at, author_id, action, target_type, target_title, project_id)
      select happened_at, user_id, shown_as.event_action, 'Image',
        repository || coalesce(':' || tag, '@' || digest, ''), project_id
      from stored join jsonb_each_text($3::jsonb) as shown_as (action, event_action) using (action)
      where project_id is not null and user_id is not null
      order by id
    )
    select event_id from stored`,
};

/** How events name what registries report. */
const EVENT_ACTION = {
  push: "pushed",
  pull: "pulled",
  mount: "mounted",
  delete: "destroyed",
} as const satisfies Record<RegistryReport["action"], EventAction>;

/** Stores reports, each once however often it comes; answers how many were new. */
export async function storeReports(
  { database, clock }: { database: Database; clock: Clock },
  reports: readonly RegistryReport[],
): Promise<number> {
  if (reports.length === 0) return 0;
  const names = [...new Set(reports.map(({ repository }) => repository))];
  const projects = await findImageFacts(database, names, undefined);
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
  const values = [clock.now(), JSON.stringify(rows), JSON.stringify(EVENT_ACTION)];
  return (await database.query(STORE_REPORTS, values)).length;
}
