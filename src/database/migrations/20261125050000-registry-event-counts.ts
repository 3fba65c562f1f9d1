/** Counts of what registries report, which outlive the reports; and indexes for forgetting those. */

/** The statements, in their order. */
export const REGISTRY_EVENT_COUNTS = [
  // No foreign key for the project: the count stays when the project is gone, and numbers are never used again.
  `create table registry_event_counts (
    day date not null,
    project_id int,
    repository text not null,
    action text not null constraint registry_event_counts_action_check check (action in ('push', 'pull', 'mount', 'delete')),
    user_id int constraint registry_event_counts_user_id_foreign references users (id),
    count bigint not null,
    constraint registry_event_counts_unique unique nulls not distinct (day, project_id, repository, action, user_id)
  )`,
  "create index registry_event_counts_user_id_index on registry_event_counts (user_id)",
  "create index registry_event_counts_project_id_index on registry_event_counts (project_id, day)",
  "create index registry_event_counts_repository_index on registry_event_counts (repository text_pattern_ops)",
  `insert into registry_event_counts (day, project_id, repository, action, user_id, count)
   select (happened_at at time zone 'UTC')::date, project_id, repository, action, user_id, count(*)
   from registry_events group by 1, 2, 3, 4, 5`,
  "delete from registry_events where action = 'pull' and user_id is null",
  "create index registry_events_happened_at_index on registry_events (happened_at)",
  "create index events_image_created_at_index on events (created_at) where target_type = 'Image'",
  "create index events_project_id_target_type_index on events (project_id, target_type, created_at)",
];
