/**
 * Stores what registries report, and adds it to the events of the actor and the project: two statements for any number
 * of events.
 */
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";
import type { EventAction } from "../events/event.entity.ts";
import { findImageFacts } from "../projects/find-image-facts.ts";
import type { RegistryEvent } from "./notification.schema.ts";

/**
 * What was notified before is not stored again. An actor who no longer exists was deleted meanwhile: the record is the
 * ghost's, as it would be had it come in time. What an anonymous client does, or what happens in a repository that belongs
 * to no project, makes no event. An event tells when it happened, not when the notification came.
 */
const STORE_REGISTRY_EVENTS: PreparedQuery = {
  name: "store_registry_events",
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

/** What an event calls each action of a registry. */
const EVENT_ACTION = {
  push: "pushed",
  pull: "pulled",
  mount: "mounted",
  delete: "destroyed",
} as const satisfies Record<RegistryEvent["action"], EventAction>;

/** Stores events, each once, however often it is reported; returns how many were new. */
export async function storeRegistryEvents(
  { database, clock }: { database: Database; clock: Clock },
  events: readonly RegistryEvent[],
): Promise<number> {
  if (events.length === 0) return 0;
  const names = [...new Set(events.map(({ repository }) => repository))];
  const projects = await findImageFacts(database, names, undefined);
  const rows = events.map((event) => ({
    id: event.id,
    happened_at: event.happenedAt,
    action: event.action,
    repository: event.repository,
    from_repository: event.fromRepository,
    digest: event.digest,
    tag: event.tag,
    media_type: event.mediaType,
    project_id: projects.get(event.repository)?.project.id ?? null,
    actor: event.actor,
  }));
  const values = [clock.now(), JSON.stringify(rows), JSON.stringify(EVENT_ACTION)];
  return (await database.query(STORE_REGISTRY_EVENTS, values)).length;
}
