/**
 * Stores what registries report, and adds it to the events of the actor and the project: two statements for any number
 * of events.
 */
import type { AuditEvent } from "../audit/audit-entry.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Clock } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";
import type { EventAction } from "../events/event.entity.ts";
import { readHop } from "../http/client-address.ts";
import type { ImageFactsFinder } from "../projects/find-image-facts.ts";
import type { RegistryEvent } from "./notification.schema.ts";

/**
 * What was notified before is not stored again. An actor who no longer exists was deleted meanwhile: the record is the
 * ghost's, as it would be had it come in time. What an anonymous client does, or what happens in a repository that belongs
 * to no project, makes no event. An event tells when it happened, not when the notification came.
 *
 * Everything is counted by its day. Of an anonymous pull nothing else is kept, since anybody can make any number of them:
 * should a registry report one twice, it counts twice. The counts are taken in the order of their key, so that two
 * notifications at once do not wait for each other in a circle.
 */
const STORE_REGISTRY_EVENTS: PreparedQuery = {
  name: "store_registry_events",
  text: `
    with reported as (
      select e.*, p.id as known_project_id,
        case when e.actor = '' then null else coalesce(u.id, ghost.id) end as user_id
      from jsonb_to_recordset($2::jsonb) as e (position int, id text, happened_at timestamptz, action text, repository text,
        from_repository text, digest text, tag text, media_type text, project_id int, actor text)
      left join users u on u.username = e.actor
      left join projects p on p.id = e.project_id
      left join users ghost on ghost.user_type = 'ghost'
    ), stored as (
      insert into registry_events (created_at, event_id, happened_at, action, repository, from_repository, digest, tag,
        media_type, project_id, user_id)
      select $1::timestamptz, id, happened_at, action, repository, from_repository, digest, tag, media_type,
        known_project_id, user_id
      from reported where action <> 'pull' or user_id is not null
      order by position
      on conflict (event_id) do nothing
      returning *
    ), taken as (
      select event_id, happened_at, project_id, repository, action, user_id from stored
      union all
      select id, happened_at, known_project_id, repository, action, user_id from reported
      where action = 'pull' and user_id is null
    ), counted as (
      insert into registry_event_counts as known (day, project_id, repository, action, user_id, count)
      select (happened_at at time zone 'UTC')::date, project_id, repository, action, user_id, count(*)
      from taken group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
      on conflict on constraint registry_event_counts_unique do update set count = known.count + excluded.count
    ), shown as (
      insert into events (created_at, author_id, action, target_type, target_title, project_id)
      select happened_at, user_id, shown_as.event_action, 'Image',
        repository || coalesce(':' || tag, '@' || digest, ''), project_id
      from stored join jsonb_each_text($3::jsonb) as shown_as (action, event_action) using (action)
      where project_id is not null and user_id is not null
      order by id
    )
    select event_id, project_id, user_id from taken`,
};

/** What an event calls each action of a registry. */
const EVENT_ACTION = {
  push: "pushed",
  pull: "pulled",
  mount: "mounted",
  delete: "destroyed",
} as const satisfies Record<RegistryEvent["action"], EventAction>;

/** What storing needs. */
export interface StoringServices {
  readonly database: Database;
  readonly clock: Clock;
  readonly imageFacts: Pick<ImageFactsFinder, "find">;
  readonly audit: AuditLog | undefined;
}

/** What the audit log calls each action of a registry. */
const TOLD_AS = {
  push: "registry.pushed",
  pull: "registry.pulled",
  mount: "registry.mounted",
  delete: "registry.deleted",
} as const satisfies Record<RegistryEvent["action"], AuditEvent>;

/** An event that was new, with its project and its author, if they are known. */
interface TakenRow {
  readonly event_id: string;
  readonly project_id: number | null;
  readonly user_id: number | null;
}

/**
 * Stores and counts events, each once, however often it is reported; returns how many were new.
 *
 * @see docs/spec/registry-auth.md "Notifications from the registry"
 */
export async function storeRegistryEvents(
  { database, clock, imageFacts, audit }: StoringServices,
  events: readonly RegistryEvent[],
): Promise<number> {
  if (events.length === 0) return 0;
  const distinct = [...new Map(events.map((event) => [event.id, event])).values()];
  const names = [...new Set(distinct.map(({ repository }) => repository))];
  const projects = await imageFacts.find(names, undefined);
  const rows = distinct.map((event, position) => ({
    position,
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
  const taken = await database.query<TakenRow>(STORE_REGISTRY_EVENTS, values);
  if (audit !== undefined) tellTaken(audit, distinct, taken);
  return taken.length;
}

/** In the order of the report. */
function tellTaken(audit: AuditLog, events: readonly RegistryEvent[], taken: readonly TakenRow[]): void {
  const rows = new Map(taken.map((row) => [row.event_id, row]));
  for (const event of events) {
    const row = rows.get(event.id);
    if (row === undefined) continue;
    const { repository, fromRepository, tag, digest, happenedAt, actor: username, address, client } = event;
    audit.tell({
      event: TOLD_AS[event.action],
      actor: username === "" ? { kind: "anonymous" } : { kind: undefined, userId: row.user_id ?? undefined, username },
      projectId: row.project_id,
      ...{ repository, fromRepository, tag, digest, happenedAt },
      origin: { address: readHop(address ?? ""), client, requestId: undefined },
    });
  }
}
